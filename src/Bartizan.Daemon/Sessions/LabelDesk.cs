using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Approvals;
using Bartizan.Daemon.Erasures;

namespace Bartizan.Daemon.Sessions;

/// <summary>
/// Where people take labels off sessions. Who counts the manifest says (<c>trust.declassify</c>), as for an ask; who asks is the account
/// that the kernel names. INVARIANT: it is an entry before it takes effect, and takes off only what was met before somebody looked.
/// </summary>
internal sealed class LabelDesk(
    LiveSessions sessions,
    IJournal journal,
    Func<EnrolledPeople> people,
    TimeProvider clock,
    Func<string, Func<bool>>? holding = null
)
{
    /// <summary>Labels that may wait for a second person's word at once.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Characters of a reason: a sentence and a reference.</summary>
    public const int MaxWhy = 1000;

    private const int Refused = 4;
    private static readonly TimeSpan s_recordWithin = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableDictionary<(SessionId, Labels), Waiting> _waiting = ImmutableDictionary<
        (SessionId, Labels),
        Waiting
    >.Empty;

    /// <summary>A session's labels with what put them there.</summary>
    /// <exception cref="ControlException">When there is no such session.</exception>
    public LabelsReply Show(LabelsRequest request, string account)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Reply(Find(request), account);
    }

    /// <summary>Takes a person's word that a label comes off.</summary>
    /// <exception cref="ControlException">When it doesn't count; the sentence says why.</exception>
    public async Task<LabelsReply> ClearAsync(
        LabelsRequest request,
        string account,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await TakeAsync(Find(request), request, account).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<LabelsReply> TakeAsync(LiveSession live, LabelsRequest request, string account)
    {
        var label = LabelOf(request.Label);
        var why = request.Why?.Trim() ?? "";
        if (why.Length is 0 or > MaxWhy)
        {
            throw No($"say why, in at most {MaxWhy} characters: `--why`");
        }

        var session = live.Session;
        var count = CountOf(live);
        if (WhyNot(count, account) is { } not)
        {
            throw No(not);
        }

        if (request.Seen > session.ReadLabels().Number)
        {
            throw No($"nobody has seen number {request.Seen} yet: `bartizan sessions labels` shows the number of now");
        }

        if (session.WhyKept(label, request.Seen) is { } kept)
        {
            throw No($"it stays: {kept}");
        }

        var yes = YesBefore(session.Id, label, request.Seen);
        if (yes.Any(one => one.Person.Account == account))
        {
            throw No($"you have said so already; it needs {count.Needs}");
        }

        var person = PersonOf(account);
        yes = yes.Add(new Said(person, holding?.Invoke(person.Name ?? account) ?? (() => true)));
        var word = request.Label;
        var enough = count.IsMetBy(yes.Select(one => PersonOf(one.Person.Account)));
        var towards = enough
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"yes number {yes.Length} of those it needs");
        var by = enough ? string.Join(", ", yes.Select(one => one.Person.Account)) : account;
        await RecordAsync(LabelClearance.Record(session, label, request.Seen, by, why, towards)).ConfigureAwait(false);
        if (!enough)
        {
            Wait(session.Id, label, new Waiting(request.Seen, yes, clock.GetUtcNow() + Within(session)));
            return Reply(live, account) with { Says = $"your word is recorded; it needs {count.Needs}" };
        }

        _waiting = _waiting.Remove((session.Id, label));
        if (live.Control.Declassify(label, request.Seen) is not { } more)
        {
            return Reply(live, account) with
            {
                Done = true,
                Says = $"the session is {word} no more; what it reads from now on may make it so again",
            };
        }

        await RecordAsync(LabelClearance.RecordKept(session, label, request.Seen, by, more)).ConfigureAwait(false);
        return Reply(live, account) with { Says = $"recorded, and the session stays {word}: {more}" };
    }

    private Task RecordAsync(Entry entry) =>
        journal.AppendAsync(entry, CancellationToken.None).AsTask().WaitAsync(s_recordWithin, clock);

    private LiveSession Find(LabelsRequest request) =>
        SessionId.TryParse(request.Session, out var id)
        && sessions.Get(id) is { Session.State: not (SessionState.Ending or SessionState.Ended) } live
            ? live
            : throw No($"no session `{ShownText.Bounded(request.Session)}` is live: `bartizan sessions` lists them");

    // A number up to which nobody looked, or terms that changed, make it another question. Who lost the account that they said it by
    // doesn't count any more.
    private ImmutableArray<Said> YesBefore(SessionId session, Labels label, long seen) =>
        _waiting.GetValueOrDefault((session, label)) is { } before
        && before.Seen == seen
        && clock.GetUtcNow() < before.Until
            ? before.Yes.RemoveAll(one => !one.Holds())
            : [];

    private void Wait(SessionId session, Labels label, Waiting waiting)
    {
        var now = clock.GetUtcNow();
        _waiting = _waiting.RemoveRange(
            _waiting.Where(one => one.Value.Until <= now || sessions.Get(one.Key.Item1) is null).Select(one => one.Key)
        );
        if (_waiting.Count >= MaxWaiting && !_waiting.ContainsKey((session, label)))
        {
            throw No($"{MaxWaiting} labels wait for a second person already");
        }

        _waiting = _waiting.SetItem((session, label), waiting);
    }

    private LabelsReply Reply(LiveSession live, string account)
    {
        var (number, sources) = live.Session.ReadLabels();
        var count = CountOf(live);
        return new LabelsReply
        {
            Session = live.Session.Id.ToString(),
            Agent = live.Session.Agent,
            Person = live.Session.Person,
            Seen = number,
            Labels =
            [
                .. sources.Select(one => new LabelLine(
                    one.Label.ToString().ToLowerInvariant(),
                    one.Shown,
                    one.Count,
                    one.WhyKept
                )),
            ],
            Needs = count.NamesPeople ? count.Needs : "nobody: its manifest doesn't say `trust.declassify`",
            WhyNot = WhyNot(count, account),
        };
    }

    private static TimeSpan Within(Session session) => session.Policy.Declassify.Min(terms => terms.Within);

    private static ApprovalCount CountOf(LiveSession live) =>
        new(live.Session.Policy.Declassify, live.Session.StartedBy, live.Authors);

    private string? WhyNot(ApprovalCount count, string account) =>
        count.NamesPeople
            ? count.WhyNot(PersonOf(account))
            : "its manifest lets nobody take a label off: `trust.declassify` says who may";

    private Approver PersonOf(string account) => new(account, people().People.GetValueOrDefault(account));

    private static Labels LabelOf(string? word) =>
        word switch
        {
            "untrusted" => Labels.Untrusted,
            "private" => Labels.Private,
            "secret" => Labels.Secret,
            _ => throw No($"`{ShownText.Bounded(word ?? "")}` is no label: untrusted, private or secret"),
        };

    private static ControlException No(string why) => new(new ControlProblem(Refused, why));

    private sealed record Waiting(long Seen, ImmutableArray<Said> Yes, DateTimeOffset Until);
}
