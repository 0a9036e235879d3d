using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Erasures;

namespace Bartizan.Daemon.Approvals;

/// <summary>
/// Where asks wait and answers are taken, from the terminal, the owner's socket and the people's alike. An answer counts for the one ask
/// whose digest it carries, once, while it waits, from an account that the ask's rules count; each is durable before it counts. Asks
/// don't outlive the daemon: their agents' connections don't either.
/// </summary>
internal sealed class ApprovalInbox(
    IJournal journal,
    Func<SessionId, ImmutableHashSet<string>> authors,
    Func<EnrolledPeople> people,
    TimeProvider clock
) : IApprovals
{
    /// <summary>Asks that may wait at once: more than people could answer in their time.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Asks of one session that may wait at once, so that one agent can't fill the inbox of the others.</summary>
    public const int MaxWaitingOfSession = 32;

    /// <summary>Characters of a reason: a sentence and a reference.</summary>
    public const int MaxReason = 1000;

    private const int Refused = 4;
    private static readonly TimeSpan s_recordWithin = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WaitingAsk> _waiting = new(StringComparer.Ordinal);
    private ImmutableArray<IAskListener> _listeners = [];

    /// <summary>Has somebody told of asks from now on.</summary>
    public void Tell(IAskListener listener) => ImmutableInterlocked.Update(ref _listeners, all => all.Add(listener));

    /// <inheritdoc/>
    public async ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var session = request.Session;
        var terms = request.Decision.Obligations.Approvals;
        var ask = new WaitingAsk(
            request,
            new ApprovalCount(terms, session.Person, authors(session.Id)),
            clock.GetUtcNow(),
            cancellationToken
        );
        if (!TryAdd(ask))
        {
            return new Approval(false, request.Digest, null, "too many asks wait already");
        }

        try
        {
            foreach (var listener in _listeners)
            {
                listener.Raise(ask);
            }

            return await ask.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove(request.Id);
            }

            ask.Close();
        }
    }

    /// <summary>The asks that wait, the oldest first, as a person sees them.</summary>
    public AsksReply Asks(string account)
    {
        ImmutableArray<WaitingAsk> waiting;
        lock (_lock)
        {
            waiting = [.. _waiting.Values];
        }

        return new AsksReply([
            .. waiting
                .Where(ask => !ask.IsOver)
                .OrderBy(ask => ask.Since)
                .Select(ask => Line(ask, PersonOf(account, PeopleOf(ask)))),
        ]);
    }

    /// <summary>Takes an answer.</summary>
    /// <exception cref="ControlException">When it doesn't count; the sentence says why.</exception>
    public async Task<AnswerReply> AnswerAsync(
        AnswerRequest request,
        string account,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Reason?.Length > MaxReason)
        {
            throw No($"a reason has at most {MaxReason} characters");
        }

        var ask = Find(request);
        await ask.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await TakeAsync(ask, request, account).ConfigureAwait(false);
        }
        finally
        {
            ask.Turn.Release();
        }
    }

    /// <summary>Null when a person may say yes to an ask; else why not.</summary>
    public string? WhyNot(WaitingAsk ask, string account) => ask.Count.WhyNot(PersonOf(account, PeopleOf(ask)));

    private EnrolledPeople PeopleOf(WaitingAsk ask) => ask.Count.NamesPeople ? people() : EnrolledPeople.Nobody;

    private bool TryAdd(WaitingAsk ask)
    {
        lock (_lock)
        {
            var session = ask.Request.Session.Id;
            return _waiting.Count < MaxWaiting
                && _waiting.Values.Count(other => other.Request.Session.Id == session) < MaxWaitingOfSession
                && _waiting.TryAdd(ask.Request.Id, ask);
        }
    }

    private WaitingAsk Find(AnswerRequest request)
    {
        WaitingAsk? ask;
        lock (_lock)
        {
            ask = _waiting.GetValueOrDefault(request.Id);
        }

        if (ask is null)
        {
            throw No(
                $"no ask `{ShownText.Bounded(request.Id)}` waits: it was answered, ran out of time, or ended with its session"
            );
        }

        // INVARIANT: an answer is for what was shown, and the digest is of that.
        return Digest.TryParse(request.Digest, out var shown) && shown == ask.Request.Digest
            ? ask
            : throw No(
                $"the digest isn't that of `{ask.Request.Id}`: what you were shown is not what would be approved"
            );
    }

    private async Task<AnswerReply> TakeAsync(WaitingAsk ask, AnswerRequest request, string account)
    {
        if (ask.IsOver || clock.GetUtcNow() >= ask.Until)
        {
            throw No($"`{ask.Request.Id}` is over: it was answered, ran out of time, or ended with its session");
        }

        var enrolled = PeopleOf(ask);
        var person = PersonOf(account, enrolled);
        var mayRefuse = !request.Granted && account == ask.Count.Starter;
        if (!mayRefuse && ask.Count.WhyNot(person) is { } why)
        {
            throw No(why);
        }

        if (request.Granted && ask.Yes.Any(one => one.Account == account))
        {
            throw No($"you have said yes to `{ask.Request.Id}` already; it needs {ask.Count.Needs}");
        }

        // Who was taken off the list since they said yes doesn't count any more.
        var yes = ask.Yes.Select(one => PersonOf(one.Account, enrolled)).Append(person).ToImmutableArray();
        var enough = request.Granted && ask.Count.IsMetBy(yes);
        var answer = new Approval(request.Granted, ask.Request.Digest, account, request.Reason)
        {
            Detail = Detail(person, request.Granted ? yes.Length : 0),
            Took = clock.GetUtcNow() - ask.Since,
            Recorded = true,
        };
        await journal
            .AppendAsync(ask.Request.Record(answer, request.Granted), CancellationToken.None)
            .AsTask()
            .WaitAsync(s_recordWithin, clock)
            .ConfigureAwait(false);
        if (ask.IsOver)
        {
            throw No($"`{ask.Request.Id}` ended while the answer was recorded");
        }

        if (!request.Granted)
        {
            ask.Conclude(answer with { Reason = request.Reason ?? "a person refused it" });
            return new AnswerReply(true, $"`{ask.Request.Id}` is refused");
        }

        ask.Yes = yes;
        if (!enough)
        {
            return new AnswerReply(false, $"your yes to `{ask.Request.Id}` is recorded; it needs {ask.Count.Needs}");
        }

        ask.Conclude(answer with { Person = string.Join(", ", yes.Select(one => one.Account)) });
        return new AnswerReply(true, $"`{ask.Request.Id}` is approved, for this one action");
    }

    private static string Detail(Approver person, int yes) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"once{(person.Name is { } name ? $", as {name}" : "")}{(yes > 1 ? $", yes number {yes}" : "")}"
        );

    private static Approver PersonOf(string account, EnrolledPeople enrolled) =>
        new(account, enrolled.People.GetValueOrDefault(account));

    private static AskLine Line(WaitingAsk ask, Approver person)
    {
        var (request, rules) = (ask.Request, ask.Request.Decision.Rules);
        var asking = rules.Where(rule => rule.Text.StartsWith("ask:", StringComparison.Ordinal)).ToList();
        return new AskLine
        {
            Id = request.Id,
            Digest = request.Digest.ToString(),
            Session = request.Session.Id.ToString(),
            Agent = request.Session.Agent,
            Person = request.Session.Person,
            Action = ask.Text.Title,
            Details = ask.Text.Details,
            Rules = [.. asking.Select(rule => $"{ShownText.Bounded(rule.Text)} ({rule.Place})")],
            Why = ShownText.Bounded(asking.Count > 0 ? asking[0].Why : request.Decision.Reason),
            Needs = ask.Count.Needs,
            Yes = [.. ask.Yes.Select(one => one.Name ?? one.Account)],
            Since = ask.Since,
            Until = ask.Until,
            WhyNot = ask.Count.WhyNot(person),
        };
    }

    private static ControlException No(string why) => new(new ControlProblem(Refused, why));
}
