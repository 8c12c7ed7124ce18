-- What checks of promises look at every few minutes is what happened of late: found by its moment, however much there is.
CREATE INDEX erasures_at ON erasures (erased_at);
CREATE INDEX track_erasures_at ON track_erasures (erased_at);
CREATE INDEX account_erasures_finished ON account_erasures (finished_at);
