"""Answer questions over a corpus: retrieve passages, read spans in them, abstain, evaluate."""
