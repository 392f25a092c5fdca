"""SWF's vocabulary: values without behaviour, the bottom layer of decider and service alike."""
