using System.Collections.Concurrent;
using Bartizan.Client.Runs;
using Bartizan.Core.Approvals;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Runs;

/// <summary>
/// Where asks go: to the terminal of the person who started the session, outside the sandbox, one at a time. Nobody there:
/// refused by name.
/// </summary>
public sealed class ApprovalDesk : IApprovals
{
    /// <summary>Characters of an action that a person is shown; the digest binds the whole.</summary>
    private const int MaxShown = 400;

    private readonly ConcurrentDictionary<SessionId, Chair> _seats = new();

    /// <summary>Seats a person at a session.</summary>
    public void Seat(SessionId session, RunConnection connection, string person) =>
        _seats[session] = new Chair(connection, person);

    /// <summary>The person has left; open asks are refused.</summary>
    public void Leave(SessionId session)
    {
        if (_seats.TryRemove(session, out var seat))
        {
            seat.Answer?.TrySetResult(false);
        }
    }

    /// <summary>Takes an answer; one for another digest than the one shown counts for nothing.</summary>
    public void Take(SessionId session, RunEvent.Answered answered)
    {
        if (_seats.TryGetValue(session, out var seat) && seat.Digest == answered.Digest)
        {
            seat.Answer?.TrySetResult(answered.Granted);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Decision.Obligations.Approvals.IsEmpty)
        {
            return new Approval(
                false,
                request.Digest,
                null,
                "its rule names who answers, and nobody but the starter can yet"
            );
        }

        if (!_seats.TryGetValue(request.Action.Session, out var seat))
        {
            return new Approval(
                false,
                request.Digest,
                null,
                "nobody sits at a terminal of this session who could be asked"
            );
        }

        await seat.OneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            seat.Digest = request.Digest.ToString();
            seat.Answer = answer;
            var action = $"{request.Action.Target.Verb.ToString().ToLowerInvariant()} {request.Action.Target.Text}";
            var rules = request.Decision.Rules;
            var rule =
                rules.FirstOrDefault(r => r.Text.StartsWith("ask:", StringComparison.Ordinal))
                ?? rules.FirstOrDefault();
            await seat
                .Connection.SendAsync(
                    new RunEvent.Asked(
                        seat.Digest,
                        action.Length > MaxShown ? $"{action[..MaxShown]}… ({action.Length} characters)" : action,
                        rule?.Text ?? "",
                        rule?.Why ?? ""
                    ),
                    cancellationToken
                )
                .ConfigureAwait(false);
            var granted = await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Approval(granted, request.Digest, seat.Person, granted ? null : "refused at the terminal");
        }
        finally
        {
            seat.Answer = null;
            seat.Digest = null;
            seat.OneAtATime.Release();
        }
    }

    private sealed class Chair(RunConnection connection, string person)
    {
        public RunConnection Connection => connection;

        public string Person => person;

        public SemaphoreSlim OneAtATime { get; } = new(1, 1);

        public string? Digest { get; set; }

        public TaskCompletionSource<bool>? Answer { get; set; }
    }
}
