using System.Collections.Concurrent;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Runs;
using Bartizan.Core.Approvals;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Approvals;

/// <summary>
/// The terminals of running sessions, outside their sandboxes: an ask that the person there may answer is put to them, one at a time;
/// of any other they are told who is waited for. What is answered elsewhere is taken off the screen.
/// </summary>
internal sealed class Terminals(ApprovalInbox inbox) : IAskListener
{
    private readonly ConcurrentDictionary<SessionId, Seat> _seats = new();

    /// <summary>Seats a person at a session.</summary>
    public void Sit(SessionId session, RunConnection connection, string person, bool canAnswer) =>
        _seats[session] = new Seat(connection, person, canAnswer);

    /// <summary>The person has left; what they were asked waits in the inbox.</summary>
    public void Leave(SessionId session)
    {
        if (_seats.TryRemove(session, out var seat))
        {
            seat.Left.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public void Raise(WaitingAsk ask)
    {
        if (_seats.TryGetValue(ask.Request.Session.Id, out var seat))
        {
            _ = PassOverAsync(ShowAsync(seat, ask));
        }
    }

    /// <summary>Takes what was typed; the inbox decides whether it counts.</summary>
    public void Take(SessionId session, RunEvent.Answered answered)
    {
        if (_seats.TryGetValue(session, out var seat) && seat.Shown is { } ask)
        {
            _ = PassOverAsync(TakeAsync(seat, ask, answered));
        }
    }

    private async Task TakeAsync(Seat seat, WaitingAsk ask, RunEvent.Answered answered)
    {
        try
        {
            var request = new AnswerRequest
            {
                Id = ask.Request.Id,
                Digest = answered.Digest,
                Granted = answered.Granted,
                Reason = answered.Granted ? null : "refused at the terminal",
            };
            var reply = await inbox.AnswerAsync(request, seat.Person, CancellationToken.None).ConfigureAwait(false);
            if (!reply.Decided)
            {
                await seat
                    .Connection.SendAsync(new RunEvent.Noted(reply.Says), CancellationToken.None)
                    .ConfigureAwait(false);
                seat.Said.TrySetResult();
            }
        }
        catch (ControlException e)
        {
            await seat
                .Connection.SendAsync(new RunEvent.Noted(e.Problem.Error), CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    private async Task ShowAsync(Seat seat, WaitingAsk ask)
    {
        if (!seat.CanAnswer || inbox.WhyNot(ask, seat.Person) is not null)
        {
            await seat
                .Connection.SendAsync(
                    new RunEvent.Noted(
                        $"bartizan waits for approval {ask.Request.Id}, by {ask.Count.Needs}: `bartizan approvals show {ask.Request.Id}`"
                    ),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
            return;
        }

        await seat.OneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            if (ask.IsOver || seat.Left.Task.IsCompleted)
            {
                return;
            }

            seat.Show(ask);
            await seat.Connection.SendAsync(EventOf(ask), CancellationToken.None).ConfigureAwait(false);
            await Task.WhenAny(ask.Over, seat.Left.Task, seat.Said.Task).ConfigureAwait(false);
            await seat
                .Connection.SendAsync(new RunEvent.Withdrawn(ask.Request.Digest.ToString()), CancellationToken.None)
                .ConfigureAwait(false);
        }
        finally
        {
            seat.Show(null);
            seat.OneAtATime.Release();
        }
    }

    private static RunEvent.Asked EventOf(WaitingAsk ask)
    {
        var rules = ask.Request.Decision.Rules;
        var rule =
            rules.FirstOrDefault(r => r.Text.StartsWith("ask:", StringComparison.Ordinal)) ?? rules.FirstOrDefault();
        return new RunEvent.Asked(
            ask.Request.Digest.ToString(),
            ask.Text.Title,
            ShownText.Bounded(rule?.Text ?? ""),
            ShownText.Bounded(rule?.Why ?? "")
        )
        {
            Details = ask.Text.Details,
        };
    }

    // A terminal that is gone must not end an ask: it waits in the inbox.
    private static async Task PassOverAsync(Task showing) =>
        await showing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private sealed class Seat(RunConnection connection, string person, bool canAnswer)
    {
        private volatile WaitingAsk? _shown;

        public RunConnection Connection => connection;

        public string Person => person;

        public bool CanAnswer => canAnswer;

        public SemaphoreSlim OneAtATime { get; } = new(1, 1);

        public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when the person said yes to an ask that needs others, too.</summary>
        public TaskCompletionSource Said { get; private set; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public WaitingAsk? Shown => _shown;

        public void Show(WaitingAsk? ask)
        {
            Said = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _shown = ask;
        }
    }
}
