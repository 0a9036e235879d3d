using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Tools.Tasks;

namespace Bartizan.Gateway.Tools.Clients;

/// <summary>A client's request that has gone to a server: what its answer is read by.</summary>
/// <param name="Id">The request's id, as JSON text.</param>
/// <param name="Method">The method.</param>
/// <param name="Passage">The passage of an action; null for what reaches for nothing.</param>
/// <param name="Bytes">Bytes that were sent.</param>
internal sealed record PendingCall(string Id, string Method, Passage? Passage, long Bytes)
{
    /// <summary>What is asked for.</summary>
    public ClientMethod Kind { get; } = Methods.Of(Method);

    /// <summary>
    /// The fields of the result that the client gets; null for all. INVARIANT: it outlasts the passage, so that a result that is sent
    /// once more is no more than it was.
    /// </summary>
    public KeptFields? Keep { get; init; } = Passage?.Obligations.Keep;

    /// <summary>By what its client wants to hear of progress; undefined where it doesn't.</summary>
    public JsonElement ProgressToken { get; init; }

    /// <summary>True for a request of the stateless era.</summary>
    public bool IsStateless { get; init; }

    /// <summary>True for a call that shall become a task (2025-11-25).</summary>
    public bool AsksForTask { get; init; }

    /// <summary>The task that is asked about; null for any other request.</summary>
    public ServerTask? Task { get; init; }

    /// <summary>The passage under which what comes by the way is inspected: the call's own, or that of the task's call.</summary>
    public Passage? Under => Passage ?? Task?.Call.Passage;

    /// <summary>When it was put aside, as the clock's timestamp.</summary>
    public long Since { get; set; }

    /// <summary>Records how it ended.</summary>
    public ValueTask EndAsync(OutcomeKind kind, string detail) =>
        Passage?.CompleteAsync(new Outcome(kind, detail, new Usage { BytesOut = Bytes })) ?? ValueTask.CompletedTask;
}
