namespace Bartizan.Core.Enforcement;

/// <summary>What an action comes to when a step of its decision failed: a refusal, whatever it was.</summary>
internal static class FailedStep
{
    /// <summary>The refusal, with a sentence that tells nothing of the inside.</summary>
    public static Decision Of(Exception e) =>
        Decision.Deny(
            e switch
            {
                OperationCanceledException => "the request or its session ended while it was being decided",
                TimeoutException => "a step of the decision took too long",
                IOException => "the action could not be recorded",
                _ => "a step of the decision failed",
            }
        );
}
