"""The one flow: hear -> understand -> decide -> act -> measure. Rows are the only hand-over."""
