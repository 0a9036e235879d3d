using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Model.Held;
using Bartizan.Gateway.Model.Prompts;
using Bartizan.Gateway.Model.Spending;

namespace Bartizan.Gateway.Model;

/// <summary>One call of a model, parsed: who, by which wire format, to which upstream, with what.</summary>
internal sealed record ModelCall
{
    /// <summary>The enforcement point's name in entries.</summary>
    public const string Point = "model";

    /// <summary>The session that calls.</summary>
    public required Session Session { get; init; }

    /// <summary>The token it presented; it goes nowhere.</summary>
    public required string Token { get; init; }

    /// <summary>What the request line asks for.</summary>
    public required ModelRoute Route { get; init; }

    /// <summary>The wire format.</summary>
    public required ModelApi Api { get; init; }

    /// <summary>The upstream; null when the manifest names none that speaks the format.</summary>
    public required ModelUpstream? Upstream { get; init; }

    /// <summary>Provider and model, as rules name them.</summary>
    public required ModelTarget Target { get; init; }

    /// <summary>The decoded request body; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body as it is sent: marked as the manifest asks, and held to what its budget has left.</summary>
    public ReadOnlyMemory<byte> Sent { get; init; }

    /// <summary>The body's media type.</summary>
    public string MediaType { get; init; } = "application/json";

    /// <summary>The most it can cost; null when its session's budget counts neither tokens nor money.</summary>
    public RequestBounds? Bounds { get; init; }

    /// <summary>True when its client asked for a stream of events.</summary>
    public bool IsStreamed => StreamField.IsSet(Route, Api, Body.Span);

    /// <summary>
    /// The call with a body on its way out: marked, and bounded anew where its budget counts tokens; null, with a sentence, when it
    /// can't be. What is decided, shown and recorded stays the agent's own.
    /// </summary>
    public ModelCall? Sending(ReadOnlyMemory<byte> body, out string problem)
    {
        if (MarkedRequest.Of(Session, Route.Path, body, out problem) is not { } marked)
        {
            return null;
        }

        var bounds = default(RequestBounds);
        return
            Session.Manifest.Budget is { CountsTokens: true }
            && (bounds = RequestBounds.TryRead(Route.Path, marked.Span, out problem)) is null
            ? null
            : this with
            {
                Sent = marked,
                Bounds = bounds,
            };
    }

    /// <summary>The action that the monitor is asked for.</summary>
    public AgentAction ToAction() =>
        new()
        {
            Session = Session.Id,
            Target = Target,
            Point = Point,
            Estimate = Session.Manifest.Budget is null
                ? null
                : Tried(Bounds?.Estimate ?? new SpendEstimate { Bytes = Sent.Length }),
            Payloads = Body.IsEmpty ? [] : [new Payload("request", MediaType, Body)],
        };

    // What fails is free, but its bytes have left.
    private SpendEstimate Tried(SpendEstimate once) => once with { Bytes = once.Bytes * (Upstream?.Retry?.Tries ?? 1) };
}
