using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;

namespace Bartizan.Daemon.Approvals;

/// <summary>One ask while it waits, and who said yes so far.</summary>
internal sealed class WaitingAsk(
    ApprovalRequest request,
    ApprovalCount count,
    DateTimeOffset since,
    CancellationToken stop
)
{
    private readonly TaskCompletionSource<Approval> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is asked.</summary>
    public ApprovalRequest Request => request;

    /// <summary>Whose yes counts.</summary>
    public ApprovalCount Count => count;

    /// <summary>When it was asked.</summary>
    public DateTimeOffset Since => since;

    /// <summary>From when on nobody waits for the answer.</summary>
    public DateTimeOffset Until => since + request.Within;

    /// <summary>The action as people are shown it; made once.</summary>
    public ActionText Text => field ??= ActionText.Of(request.Action);

    /// <summary>Serialises the answers: of two at once one is first. Never disposed: an answer may still hold it.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Equal for equal actions of one session.</summary>
    public Digest Equal { get; } = request.Action.ComputeDigest();

    /// <summary>How often the yes counts: the least that any of its people said; changed in turn only.</summary>
    public int Uses { get; set; } = ApprovalScope.Session;

    /// <summary>Who said yes; changed in turn only.</summary>
    public ImmutableArray<Said> Yes { get; set; } = [];

    /// <summary>The answer, once there is one.</summary>
    public Task<Approval> Answer => _answer.Task;

    /// <summary>Completes when the ask is over, answered or not.</summary>
    public Task Over => _over.Task;

    /// <summary>True when no answer counts any more. A kill counts at once, before anybody was told of it.</summary>
    public bool IsOver =>
        _over.Task.IsCompleted || stop.IsCancellationRequested || request.Session.Revoked.IsCancellationRequested;

    /// <summary>Why it is asked. What guards object to goes before a rule's own reason: that doesn't speak of it.</summary>
    public string Why(IReadOnlyList<RuleReference> asking) =>
        request.Action.Held is { IsAnswer: false } held ? $"a guard objects to the content: {held.Named}"
        : asking.Count > 0 ? asking[0].Why
        : request.Decision.Reason;

    /// <summary>Ends the ask with an answer.</summary>
    public void Conclude(Approval answer)
    {
        _answer.TrySetResult(answer);
        _over.TrySetResult();
    }

    /// <summary>Ends the ask without one.</summary>
    public void Close() => _over.TrySetResult();
}
