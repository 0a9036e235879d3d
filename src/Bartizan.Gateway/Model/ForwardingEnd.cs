using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Model;

/// <summary>What a call came to that didn't go as it should: whether it cost anything, and the sentence that says why.</summary>
internal static class ForwardingEnd
{
    // Providers don't charge for what they refuse: a malformed request, a rate of theirs, an overload.
    /// <summary>True when the call cost nothing, by its status.</summary>
    public static bool IsFree(int status) => status is (>= 400 and < 500) or 503 or 529;

    /// <summary>True when nothing of the call has reached its provider.</summary>
    public static bool NeverLeft(Exception e) =>
        e is CredentialUnavailableException
        || (e as HttpRequestException)?.HttpRequestError
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError;

    /// <summary>How a call ended that failed, what the client is answered, and why.</summary>
    public static (OutcomeKind Kind, int Status, string Sentence) Explain(
        Exception e,
        HttpContext context,
        ModelCall call,
        Passage passage,
        CancellationTokenSource limit
    )
    {
        var name = call.Upstream!.Name;
        if (e is PassageCutException || passage.Revoked.IsCancellationRequested)
        {
            return (OutcomeKind.Cut, 0, e is PassageCutException ? e.Message : "cut");
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return (OutcomeKind.Cancelled, 0, "the client went away");
        }

        if (limit.IsCancellationRequested)
        {
            return (OutcomeKind.Failed, 504, $"the upstream `{name}` was silent for too long");
        }

        return e switch
        {
            CredentialUnavailableException or ObjectDisposedException => (
                OutcomeKind.Failed,
                502,
                $"the credential for the upstream `{name}` can't be had"
            ),
            HttpRequestException http => (OutcomeKind.Failed, 502, $"the upstream `{name}` {Explain(http)}"),
            BrokenAnswerException => (OutcomeKind.Failed, 502, e.Message),
            OperationCanceledException => (OutcomeKind.Cancelled, 0, "the client went away"),
            IOException => (OutcomeKind.Failed, 502, $"the upstream `{name}` cut its answer, or can't be reached"),
            _ => (OutcomeKind.Failed, 502, $"the call of the upstream `{name}` failed"),
        };
    }

    /// <summary>What the log is told: of a credential that can't be had also why, which is no business of the agent's.</summary>
    public static string DetailOf(Exception e, string sentence) =>
        e is CredentialUnavailableException ? $"{sentence}: {e.Message}" : sentence;

    private static string Explain(HttpRequestException e) =>
        e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "has a name that can't be resolved",
            HttpRequestError.ConnectionError => "can't be reached",
            HttpRequestError.SecureConnectionError => "can't be reached securely: its certificate isn't trusted",
            HttpRequestError.ResponseEnded => "closed the connection without an answer",
            HttpRequestError.ConfigurationLimitExceeded => "sent headers that are too long",
            _ => "sent no valid answer",
        };
}
