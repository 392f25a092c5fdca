"""Any SWF with the face of ``boto3.client("swf")``, for code that is written for boto3."""
