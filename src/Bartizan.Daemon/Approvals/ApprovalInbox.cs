using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Control;
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
    TimeProvider clock,
    Func<string, Func<bool>>? holding = null
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

    private readonly WaitingAsks _waiting = new(MaxWaiting, MaxWaitingOfSession);
    private readonly StandingApprovals _standing = new();
    private readonly AnswerStatistics _statistics = new();
    private ImmutableArray<IAskListener> _listeners = [];

    /// <summary>Has somebody told of asks from now on.</summary>
    public void Tell(IAskListener listener) => ImmutableInterlocked.Update(ref _listeners, all => all.Add(listener));

    /// <inheritdoc/>
    public async ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await UseAsync(request).ConfigureAwait(false) is { } standing)
        {
            return standing;
        }

        var session = request.Session;
        var terms = request.Decision.Obligations.Approvals;
        var ask = new WaitingAsk(
            request,
            new ApprovalCount(terms, session.StartedBy, authors(session.Id)),
            clock.GetUtcNow(),
            cancellationToken
        );
        if (!_waiting.TryAdd(ask))
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
            _waiting.Remove(ask);
            ask.Close();
        }
    }

    /// <summary>Which asks wait, the oldest first: the same list until one comes or goes.</summary>
    public IReadOnlyList<AskNote> Waiting => _waiting.Notes;

    /// <summary>The asks that wait, the oldest first, as a person sees them; without their arguments.</summary>
    public AsksReply Asks(string account)
    {
        var waiting = _waiting.All;
        var equal = waiting.CountBy(ask => ask.Equal).ToDictionary();
        var enrolled = waiting.Any(ask => ask.Count.NamesPeople) ? Read() : Enrolment.Nobody;
        return AskLines.List([
            .. waiting.Select(ask => AskLines.Of(ask, WhyNot(ask, account, enrolled), equal[ask.Equal])),
        ]);
    }

    /// <summary>One ask with its arguments, where a person may write others; null when it doesn't wait.</summary>
    public AskLine? Ask(string account, string id)
    {
        var waiting = _waiting.All;
        return waiting.FirstOrDefault(ask => string.Equals(ask.Request.Id, id, StringComparison.Ordinal)) is { } one
            ? AskLines.Of(one, WhyNot(one, account), waiting.Count(ask => ask.Equal == one.Equal)) with
            {
                Arguments = AskDraft.Editable(one.Request.Action),
            }
            : null;
    }

    /// <summary>How people answered.</summary>
    public StatisticsReply Statistics() => _statistics.Read(clock.GetUtcNow());

    /// <summary>Takes one answer to a list: every item is looked at before the first is answered.</summary>
    /// <exception cref="ControlException">When one of them can't be answered so; then none is.</exception>
    public async Task<AnswerReply> AnswerAllAsync(
        BatchRequest request,
        string account,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        var items = request.Items;
        if (items.Count is 0 or > ApprovalList.MaxItems || items.DistinctBy(item => item.Id).Count() < items.Count)
        {
            throw No($"a list has 1 to {ApprovalList.MaxItems} asks, each once");
        }

        // INVARIANT: one answer is to one list, whole: an item more, less, swapped or in another order is another list.
        if (ApprovalList.DigestOf(items.Select(item => (item.Id, item.Digest))).ToString() != request.List)
        {
            throw No("the digest isn't that of this list: what you were shown is not what would be answered");
        }

        List<AnswerRequest> answers =
        [
            .. items.Select(item => new AnswerRequest
            {
                Id = item.Id,
                Digest = item.Digest,
                Granted = request.Granted,
                Reason = request.Reason,
            }),
        ];
        foreach (var answer in answers)
        {
            Check(Find(answer), answer, account);
        }

        var decided = true;
        foreach (var answer in answers)
        {
            decided &= (await AnswerAsync(answer, account, cancellationToken).ConfigureAwait(false)).Decided;
        }

        return new AnswerReply(
            decided,
            $"{answers.Count} asks are answered{(decided ? "" : "; some need more people")}"
        );
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
    public string? WhyNot(WaitingAsk ask, string account) =>
        WhyNot(ask, account, ask.Count.NamesPeople ? Read() : Enrolment.Nobody);

    private static string? WhyNot(WaitingAsk ask, string account, Enrolment enrolled)
    {
        var people = ask.Count.NamesPeople ? enrolled : Enrolment.Nobody;
        var why = ask.Count.WhyNot(PersonOf(account, people.People));
        return why is null || people.Problem is null ? why : $"{why}: {people.Problem}";
    }

    // INVARIANT: a list that can't be read names nobody, and takes nothing from anybody's sight.
    private Enrolment Read()
    {
        try
        {
            return new Enrolment(people(), null);
        }
        catch (ControlException e)
        {
            return new Enrolment(EnrolledPeople.Nobody, e.Problem.Error);
        }
    }

    private EnrolledPeople PeopleOf(WaitingAsk ask) => ask.Count.NamesPeople ? Read().People : EnrolledPeople.Nobody;

    // By the name that they sign in with, whichever way they came: what is kept is whether that account is still what it was.
    private Func<bool> Holding(string account) =>
        holding?.Invoke(Read().People.People.GetValueOrDefault(account) ?? account) ?? (() => true);

    private WaitingAsk Find(AnswerRequest request)
    {
        var ask =
            _waiting.Find(request.Id)
            ?? throw No(
                $"no ask `{ShownText.Bounded(request.Id)}` waits: it was answered, ran out of time, or ended with its session"
            );

        // INVARIANT: an answer is for what was shown, and the digest is of that.
        return Digest.TryParse(request.Digest, out var shown) && shown == ask.Request.Digest
            ? ask
            : throw No(
                $"the digest isn't that of `{ask.Request.Id}`: what you were shown is not what would be approved"
            );
    }

    private async Task<AnswerReply> TakeAsync(WaitingAsk ask, AnswerRequest request, string account)
    {
        var (person, uses) = Check(ask, request, account);
        if (request.Arguments is { } written)
        {
            return await RedraftAsync(ask, request, person, written).ConfigureAwait(false);
        }

        var enrolled = PeopleOf(ask);
        ask.Uses = Math.Min(ask.Uses, uses);
        // Who was taken off the list since they said yes doesn't count any more, nor who lost the account that they said it by.
        var yes = ask
            .Yes.Where(one => one.Holds())
            .Select(one => one with { Person = PersonOf(one.Person.Account, enrolled) })
            .Append(new Said(person, Holding(account)))
            .ToImmutableArray();
        var enough = request.Granted && ask.Count.IsMetBy(yes.Select(one => one.Person));
        var took = clock.GetUtcNow() - ask.Since;
        var lately = _statistics.Add(account, clock.GetUtcNow(), took, request.Granted);
        var answer = new Approval(request.Granted, ask.Request.Digest, account, request.Reason)
        {
            Detail = Detail(person, uses, request.Granted ? yes.Length : 0, lately),
            Took = took,
            Recorded = true,
        };
        await RecordAsync(ask, answer, request.Granted).ConfigureAwait(false);
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

        _standing.Keep(ask.Request, yes, ask.Uses);
        ask.Conclude(answer with { Person = string.Join(", ", yes.Select(one => one.Person.Account)) });
        return new AnswerReply(true, $"`{ask.Request.Id}` is approved: {ApprovalScope.Write(ask.Uses)}");
    }

    private async Task<AnswerReply> RedraftAsync(WaitingAsk ask, AnswerRequest request, Approver person, string written)
    {
        var (draft, problem) = request.Granted
            ? AskDraft.Read(ask, written)
            : (default, "a refusal takes no arguments");
        if (problem is not null)
        {
            throw No(problem);
        }

        var answer = new Approval(false, ask.Request.Digest, person.Account, request.Reason)
        {
            Detail = $"written anew{(person.Name is { } name ? $", as {name}" : "")}: {AskDraft.DigestOf(ask, draft)}",
            Took = clock.GetUtcNow() - ask.Since,
            Recorded = true,
            Draft = draft,
        };
        await RecordAsync(ask, answer, granted: false).ConfigureAwait(false);
        ask.Conclude(answer);
        return new AnswerReply(
            false,
            $"`{ask.Request.Id}` is over; the action is decided anew as you wrote it, and where its rules ask it waits as a new ask"
        );
    }

    private async Task RecordAsync(WaitingAsk ask, Approval answer, bool granted)
    {
        await journal
            .AppendAsync(ask.Request.Record(answer, granted), CancellationToken.None)
            .AsTask()
            .WaitAsync(s_recordWithin, clock)
            .ConfigureAwait(false);
        if (ask.IsOver)
        {
            throw No($"`{ask.Request.Id}` ended while the answer was recorded");
        }
    }

    // A yes that counts more than once: each use is decided, counted and recorded as an answer is.
    private async ValueTask<Approval?> UseAsync(ApprovalRequest request)
    {
        var count = new ApprovalCount(
            request.Decision.Obligations.Approvals,
            request.Session.StartedBy,
            authors(request.Session.Id)
        );
        bool IsEnough(ImmutableArray<Said> yes)
        {
            var enrolled = count.NamesPeople ? Read().People : EnrolledPeople.Nobody;
            return count.IsMetBy(yes.Where(one => one.Holds()).Select(one => PersonOf(one.Person.Account, enrolled)));
        }

        if (_standing.Use(request, IsEnough) is not var (answer, detail))
        {
            return null;
        }

        await journal
            .AppendAsync(request.Record(answer with { Detail = detail }, granted: true), CancellationToken.None)
            .AsTask()
            .WaitAsync(s_recordWithin, clock)
            .ConfigureAwait(false);
        return answer;
    }

    // Why an answer doesn't count, or who gives it and how often it would.
    private (Approver Person, int Uses) Check(WaitingAsk ask, AnswerRequest request, string account)
    {
        if (request.Reason?.Length > MaxReason)
        {
            throw No($"a reason has at most {MaxReason} characters");
        }

        if (ask.IsOver || clock.GetUtcNow() >= ask.Until)
        {
            throw No($"`{ask.Request.Id}` is over: it was answered, ran out of time, or ended with its session");
        }

        var person = PersonOf(account, PeopleOf(ask));
        var mayRefuse = !request.Granted && account == ask.Count.Starter;
        if (!mayRefuse && WhyNot(ask, account) is { } why)
        {
            throw No(why);
        }

        if (request.Granted && ask.Yes.Any(one => one.Person.Account == account && one.Holds()))
        {
            throw No($"you have said yes to `{ask.Request.Id}` already; it needs {ask.Count.Needs}");
        }

        if (!ApprovalScope.TryParse(request.Scope, out var uses))
        {
            throw No($"a yes counts `once`, `session`, or 1 to {ApprovalScope.MaxTimes} times");
        }

        return uses <= ask.Count.MaxUses
            ? (person, uses)
            : throw No($"its rules let a yes count {ApprovalScope.Write(ask.Count.MaxUses)}, no more: `scope` says so");
    }

    private static string Detail(Approver person, int uses, int yes, int lately) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{ApprovalScope.Write(uses)}{(person.Name is { } name ? $", as {name}" : "")}{(yes > 1 ? $", yes number {yes}" : "")}; {lately} answers within the hour"
        );

    private static Approver PersonOf(string account, EnrolledPeople enrolled) =>
        new(account, enrolled.People.GetValueOrDefault(account));

    private static ControlException No(string why) => new(new ControlProblem(Refused, why));

    private sealed record Enrolment(EnrolledPeople People, string? Problem)
    {
        public static Enrolment Nobody { get; } = new(EnrolledPeople.Nobody, null);
    }
}
