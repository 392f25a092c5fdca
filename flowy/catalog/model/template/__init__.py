"""Result schemas under the documented path."""
