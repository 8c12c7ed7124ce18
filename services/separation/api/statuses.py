"""Domain error -> gRPC status and reason. The error's text is the message."""

from __future__ import annotations

from collections.abc import Mapping

import grpc

from services.separation.domain import errors

STATUSES: Mapping[type[Exception], tuple[grpc.StatusCode, str]] = {
    errors.UploadRefused: (grpc.StatusCode.INVALID_ARGUMENT, "UPLOAD_REFUSED"),
    errors.ModelUnknown: (grpc.StatusCode.INVALID_ARGUMENT, "MODEL_UNKNOWN"),
    errors.ModelNotInPlan: (grpc.StatusCode.INVALID_ARGUMENT, "MODEL_NOT_IN_PLAN"),
    errors.PlanWithoutDefault: (grpc.StatusCode.INVALID_ARGUMENT, "PLAN_WITHOUT_DEFAULT"),
    errors.JobMismatch: (grpc.StatusCode.INVALID_ARGUMENT, "JOB_MISMATCH"),
    errors.JobNotFound: (grpc.StatusCode.NOT_FOUND, "JOB_NOT_FOUND"),
    errors.MinutesExhausted: (grpc.StatusCode.RESOURCE_EXHAUSTED, "MINUTES_EXHAUSTED"),
    errors.QueueFull: (grpc.StatusCode.UNAVAILABLE, "QUEUE_FULL"),
    errors.UploadGone: (grpc.StatusCode.FAILED_PRECONDITION, "UPLOAD_GONE"),
    errors.AdmissionLapsed: (grpc.StatusCode.ABORTED, "ADMISSION_LAPSED"),
    errors.DecoderFailed: (grpc.StatusCode.UNAVAILABLE, "DECODER_FAILED"),
    errors.DependencyAway: (grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_AWAY"),
}
"""What a caller may see. The others end inside a worker, and would be faults here."""
