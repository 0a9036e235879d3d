using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Client;
using Bartizan.Client.Erasures;
using Bartizan.Core.Identity;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Users;
using Bartizan.Records.Erasures;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Erasures;

/// <summary>
/// Erasures and legal holds under dual control: what one enrolled person asks for is done when another approves it. A hold is taken
/// at once; lifting one needs two, as erasing does. Requests lapse, and don't outlive the daemon.
/// </summary>
internal sealed class ErasureDesk(Journal journal, StateDirectory state, EndUserBook users, TimeProvider clock)
{
    /// <summary>Requests that may wait: more than a team handles in a day.</summary>
    private const int MaxPending = 64;

    /// <summary>Characters of a reason: a sentence and a reference.</summary>
    private const int MaxWhy = 1000;

    private const int Usage = 2;
    private const int Refused = 4;
    private static readonly TimeSpan s_lapsesAfter = TimeSpan.FromHours(24);

    private readonly Eraser _eraser = new(journal, state.Log);
    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableDictionary<string, Pending> _pending = ImmutableDictionary<string, Pending>.Empty;

    /// <summary>Does something beside which nothing is erased, held or released.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await step().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Does what is asked, or keeps it until a second person approves.</summary>
    /// <exception cref="ControlException">When it is refused.</exception>
    public async Task<ErasureReply> AnswerAsync(
        ErasureRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _pending = _pending.RemoveRange(
                _pending.Where(one => one.Value.Until <= clock.GetUtcNow()).Select(one => one.Key)
            );
            return request.Verb switch
            {
                ErasureVerb.Erase or ErasureVerb.Release => await AskAsync(request, person, cancellationToken)
                    .ConfigureAwait(false),
                ErasureVerb.Hold => await HoldAsync(request, person, cancellationToken).ConfigureAwait(false),
                ErasureVerb.Approve => await ApproveAsync(request, person, cancellationToken).ConfigureAwait(false),
                ErasureVerb.Withdraw => await WithdrawAsync(request, person, cancellationToken).ConfigureAwait(false),
                _ => new ErasureReply
                {
                    Done = true,
                    Says = $"{_pending.Count} wait for a second person",
                    Pending = [.. _pending.Values.OrderBy(one => one.Until).Select(one => one.Line())],
                },
            };
        }
        catch (ErasureRefusedException e)
        {
            throw new ControlException(new ControlProblem(Refused, e.Message));
        }
        catch (IOException e)
        {
            throw new ControlException(
                new ControlProblem(125, $"it could not be finished: {e.Message}", "ask again: what is done stays done")
            );
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ErasureReply> HoldAsync(
        ErasureRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        var (scope, why) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        if (scope.Person is null)
        {
            // A hold on a slip of the finger holds nothing, and nobody notices until it is too late.
            var index = await ErasureIndex.ReadAsync(state.Log, cancellationToken).ConfigureAwait(false);
            if (!index.In(scope).Any())
            {
                throw new ErasureRefusedException($"the log has no session of `{scope}`");
            }
        }

        await _eraser.HoldAsync(true, scope, why, person, cancellationToken).ConfigureAwait(false);
        return new ErasureReply { Done = true, Says = $"`{scope}` is held: nothing of it is erased" };
    }

    private async Task<ErasureReply> AskAsync(
        ErasureRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        var (scope, why) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        var index = await ErasureIndex.ReadAsync(state.Log, cancellationToken).ConfigureAwait(false);
        if (request.Verb == ErasureVerb.Erase)
        {
            Check(index, scope);
        }
        else if (!index.Holds.Any(hold => hold.Scope == scope))
        {
            throw new ErasureRefusedException($"there is no hold on `{scope}`");
        }

        var enrolled = EnrolledPeople.Load(state.Home);
        var asked = new Pending(NewId(), request.Verb, scope, person, why, clock.GetUtcNow() + s_lapsesAfter);
        if (enrolled.People.Count < 2)
        {
            return enrolled.Alone is { } alone
                ? await CarryOutAsync(asked, $"by one person alone: {alone}", cancellationToken).ConfigureAwait(false)
                : throw new ControlException(
                    new ControlProblem(
                        Refused,
                        "this takes two people, and fewer are enrolled",
                        $"enrol them in `{Path.Combine(state.Home, EnrolledPeople.FileName)}`; where there is only one, it must say why under `alone`"
                    )
                );
        }

        Enrolled(enrolled, person);
        if (_pending.Count >= MaxPending)
        {
            throw new ErasureRefusedException($"{MaxPending} requests wait already");
        }

        await _eraser
            .SayAsync($"{asked.What} requested", scope, person, why, default, cancellationToken)
            .ConfigureAwait(false);
        _pending = _pending.Add(asked.Id, asked);
        return new ErasureReply
        {
            Done = false,
            Id = asked.Id,
            Says = $"waits until another enrolled person approves: `bartizan log approve {asked.Id}`",
        };
    }

    private async Task<ErasureReply> ApproveAsync(
        ErasureRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        var asked = Find(request);
        var name = Enrolled(EnrolledPeople.Load(state.Home), person);
        // INVARIANT: who asked never approves. A person is a user id, whatever name they have in the file.
        if (asked.By == person)
        {
            throw new ErasureRefusedException("who asked for it can't approve it: that takes another person");
        }

        var reply = await CarryOutAsync(asked, $"approved by {name} ({person})", cancellationToken)
            .ConfigureAwait(false);
        _pending = _pending.Remove(asked.Id);
        return reply;
    }

    private async Task<ErasureReply> WithdrawAsync(
        ErasureRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        var asked = Find(request);
        await _eraser
            .SayAsync($"{asked.What} withdrawn", asked.Scope, person, asked.Why, default, cancellationToken)
            .ConfigureAwait(false);
        _pending = _pending.Remove(asked.Id);
        return new ErasureReply { Done = true, Says = "withdrawn" };
    }

    private async Task<ErasureReply> CarryOutAsync(Pending asked, string approval, CancellationToken cancellationToken)
    {
        if (asked.Verb == ErasureVerb.Release)
        {
            await _eraser
                .HoldAsync(false, asked.Scope, $"{asked.Why}; {approval}", asked.By, cancellationToken)
                .ConfigureAwait(false);
            return new ErasureReply { Done = true, Says = $"`{asked.Scope}` is held no longer" };
        }

        var index = await ErasureIndex.ReadAsync(state.Log, cancellationToken).ConfigureAwait(false);
        Check(index, asked.Scope);
        var sessions = index.In(asked.Scope).Any()
            ? await _eraser
                .EraseAsync(asked.Scope, asked.Why, asked.By, approval, cancellationToken)
                .ConfigureAwait(false)
            : [];
        var forgotten = await ForgetAsync(asked, approval, cancellationToken).ConfigureAwait(false);
        return new ErasureReply
        {
            Done = true,
            Says =
                $"the payloads of {sessions.Length} sessions are erased; their entries and proofs stay"
                + (forgotten ? $"; nobody can tell any more who `{asked.Scope.Person}` was" : ""),
            Sessions = [.. sessions.Select(session => session.ToString())],
        };
    }

    // An end user may be known without a session that could be erased: theirs was refused, or pruned long ago.
    private void Check(ErasureIndex index, RecordScope scope)
    {
        if (!IsEndUser(scope) || index.In(scope).Any())
        {
            Eraser.Check(index, scope);
        }
        else if (index.Holds.FirstOrDefault(hold => hold.Scope == scope) is { } hold)
        {
            throw new ErasureRefusedException($"`{scope}` is under a legal hold (entry {hold.Index}: {hold.Why})");
        }

        CheckStages(index, scope);
    }

    // Last: until then who asks again by the same words finds the same pseudonym.
    private async Task<bool> ForgetAsync(Pending asked, string approval, CancellationToken cancellationToken)
    {
        if (!IsEndUser(asked.Scope))
        {
            return false;
        }

        await _eraser
            .SayAsync(
                "forgetting begins",
                asked.Scope,
                asked.By,
                $"{asked.Why}; {approval}",
                default,
                cancellationToken
            )
            .ConfigureAwait(false);
        var known = await users.ForgetAsync(asked.Scope.Person!, CancellationToken.None).ConfigureAwait(false);
        await _eraser
            .SayAsync(
                known ? "user forgotten" : "user was not known",
                asked.Scope,
                asked.By,
                asked.Why,
                default,
                CancellationToken.None
            )
            .ConfigureAwait(false);
        return known;
    }

    private static bool IsEndUser(RecordScope scope) =>
        scope.Person?.StartsWith(EndUser.Prefix, StringComparison.Ordinal) == true;

    // What a session changed holds what it read; a person decides about it first.
    private void CheckStages(ErasureIndex index, RecordScope scope)
    {
        foreach (var session in index.In(scope).Where(session => Directory.Exists(state.Session(session.Id))))
        {
            throw new ErasureRefusedException(
                $"`{session.Id}` has changes that wait: `bartizan workspace apply` or `discard` them first"
            );
        }
    }

    private Pending Find(ErasureRequest request) =>
        _pending.GetValueOrDefault(request.Id ?? "")
        ?? throw new ErasureRefusedException($"no request `{request.Id}` waits: it may have lapsed");

    private static string Enrolled(EnrolledPeople enrolled, string person) =>
        enrolled.People.GetValueOrDefault(person)
        ?? throw new ErasureRefusedException($"`{person}` is not enrolled in `{EnrolledPeople.FileName}`");

    private async Task<(RecordScope Scope, string Why)> ReadAsync(
        ErasureRequest request,
        CancellationToken cancellationToken
    )
    {
        var isSession = SessionId.TryParse(request.Session, out var session);
        var person =
            request is { Session: null, Person: null, User.Length: > 0 }
                ? await PersonOfAsync(request.User, request.Issuer, cancellationToken).ConfigureAwait(false)
            : request.User is null ? request.Person
            : null;
        var scope =
            isSession && request is { Person: null, User: null } ? RecordScope.Of(session)
            : request.Session is null && !string.IsNullOrWhiteSpace(person) ? RecordScope.Of(person)
            : null;
        return scope is not null && !string.IsNullOrWhiteSpace(request.Why) && request.Why.Length <= MaxWhy
            ? (scope, request.Why)
            : throw new ControlException(
                new ControlProblem(
                    Usage,
                    $"it needs one session, person or user, and a reason of at most {MaxWhy} characters"
                )
            );
    }

    // INVARIANT: the pseudonym goes into entries and nothing of what was asked by: an entry can't be erased.
    private async Task<string> PersonOfAsync(string subject, string? issuer, CancellationToken cancellationToken)
    {
        var known = await users.FindAsync(subject, issuer, cancellationToken).ConfigureAwait(false);
        return known.Length switch
        {
            1 => known[0].Person,
            0 => throw new ErasureRefusedException("no such user is known"),
            _ => throw new ErasureRefusedException(
                $"several issuers know such a user: name one of {string.Join(", ", known.Select(one => $"`{one.Issuer}`"))}"
            ),
        };
    }

    private static string NewId() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    private sealed record Pending(
        string Id,
        ErasureVerb Verb,
        RecordScope Scope,
        string By,
        string Why,
        DateTimeOffset Until
    )
    {
        public string What => Verb == ErasureVerb.Erase ? "erasure" : "end of hold";

        public PendingLine Line() => new(Id, $"{What} of {Scope}", By, Why, Until);
    }
}
