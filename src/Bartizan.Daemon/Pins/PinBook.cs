using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;
using Bartizan.Core.Pins;

namespace Bartizan.Daemon.Pins;

/// <summary>
/// What of one manifest's tool servers counts as seen. With <c>agent.lock</c> that and nothing else; without it, where the
/// manifest doesn't require pins, what each tool said when this instance saw it first, which is kept in the state directory.
/// INVARIANT: a lock that can't be read pins nothing and lets nothing through.
/// </summary>
internal sealed class PinBook(string manifest, string firstUse)
{
    private const string Remedy = "it is suspended until a person has seen it with `bartizan pin`";

    /// <summary>Definitions whose findings are kept, so that a list that comes again isn't looked at again.</summary>
    private const int MaxLooked = PinFile.MaxTools;

    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, ImmutableArray<Finding>> _looked = [];
    private PinLock? _pinned;
    private PinLock _first = PinLock.Nothing;
    private string _problem = "";
    private Digest _read;
    private long _edition;

    /// <summary>Grows whenever the lock is read and isn't what it was.</summary>
    public long Edition => Interlocked.Read(ref _edition);

    /// <summary>One list of a server at a time, so that what is seen first is seen once.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>
    /// The instructions in the workspace that were seen; null when nobody holds the workspace to any. Nothing where the lock can't be
    /// read, or pins are required and there are none.
    /// </summary>
    public ImmutableSortedDictionary<string, Digest>? WorkspaceOf(bool required)
    {
        lock (_lock)
        {
            return _pinned?.Workspace
                ?? (required || _problem.Length > 0 ? ImmutableSortedDictionary<string, Digest>.Empty : null);
        }
    }

    /// <summary>Reads the lock again; true when it isn't what it was.</summary>
    public bool Read()
    {
        lock (_lock)
        {
            var load = LockFiles.Load(LockFiles.PathOf(manifest));
            var first = LockFiles.Load(firstUse);
            var problem =
                load is { Lock: null } ? load.Problem
                : load is null && first is { Lock: null } ? first.Problem
                : "";
            var read = Digest.Of(
                Encoding.UTF8.GetBytes(load?.Lock is { } pins ? PinFile.Write(pins) : "none " + problem)
            );
            var isOther = read != _read;
            (_pinned, _first, _problem, _read) = (load?.Lock, first?.Lock ?? PinLock.Nothing, problem, read);
            if (isOther)
            {
                Interlocked.Increment(ref _edition);
            }

            return isOther;
        }
    }

    /// <summary>Judges a list; nothing is kept yet.</summary>
    public PinJudgement Judge(
        string server,
        IReadOnlyList<ToolDefinition?> listed,
        bool required,
        IEnumerable<string>? servers = null
    )
    {
        lock (_lock)
        {
            var known = (_pinned ?? _first).KnownTo(
                server,
                listed.OfType<ToolDefinition>().Select(one => one.Name),
                servers ?? []
            );
            var verdicts = ImmutableArray.CreateBuilder<PinVerdict>(listed.Count);
            var notes = ImmutableArray.CreateBuilder<PinNote>();
            var seen = (_pinned ?? _first).Of(server);
            var kept = seen;
            foreach (var definition in listed)
            {
                var (verdict, note) = Judge(server, definition, kept, required);
                if (definition is not null && _problem.Length == 0 && !kept.Holds(definition))
                {
                    // What nobody has seen is looked at; what is bad enough isn't used just because it came first.
                    var found = FindingsOf(definition, known);
                    notes.AddRange(
                        found.Select(f => new PinNote($"{server}/{definition.Name}", f, "", definition.Text))
                    );
                    verdict =
                        verdict.IsTrusted && Worst(found) is { } worst ? PinVerdict.Suspended(Bad(worst)) : verdict;
                }

                verdicts.Add(verdict);
                if (note is not null)
                {
                    notes.Add(note);
                }

                if (verdict.IsTrusted)
                {
                    kept = kept.With(definition!);
                }
            }

            if (ReferenceEquals(kept, seen))
            {
                return new PinJudgement(verdicts.MoveToImmutable(), notes.ToImmutable(), null);
            }

            notes.Add(FirstUse(server, kept.Tools.Count - seen.Tools.Count, kept));
            return new PinJudgement(verdicts.MoveToImmutable(), notes.ToImmutable(), kept);
        }
    }

    /// <summary>Judges what a server says of itself; nothing is kept yet.</summary>
    public PinJudgement Judge(string server, ServerIdentity? identity, bool required)
    {
        lock (_lock)
        {
            var seen = (_pinned ?? _first).Of(server);
            if (identity is not null && _problem.Length == 0 && seen.Holds(identity))
            {
                return new PinJudgement([PinVerdict.Trusted], [], null);
            }

            var isFirst =
                identity is not null
                && _problem.Length == 0
                && _pinned is null
                && !required
                && seen.LacksOnly(identity)
                && Worst(DefinitionFindings.Of(identity)) is null;
            if (isFirst)
            {
                return new PinJudgement([PinVerdict.Trusted], [], seen.With(identity!));
            }

            var says =
                $"what the server `{server}` says of itself isn't what was seen; its words are left out until a person has seen them with `bartizan pin`";
            var before = seen.Identities.IsEmpty ? "" : seen.Identities[^1].Text;
            return new PinJudgement(
                [PinVerdict.Suspended(says)],
                [
                    new PinNote(
                        server,
                        new Finding("pin-identity", FindingSeverity.Medium, 1, "", says),
                        before,
                        identity?.Text ?? ""
                    ),
                ],
                null
            );
        }
    }

    /// <summary>Keeps what was seen for the first time, now that it is recorded.</summary>
    /// <exception cref="IOException">When it can't be kept.</exception>
    public void Keep(string server, PinnedServer seen)
    {
        lock (_lock)
        {
            if (_pinned is not null)
            {
                return;
            }

            var first = _first with { Servers = _first.Servers.SetItem(server, seen) };
            Directory.CreateDirectory(
                Path.GetDirectoryName(firstUse)!,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
            LockFiles.Write(firstUse, first);
            _first = first;
        }
    }

    private static Finding? Worst(IEnumerable<Finding> found) =>
        found.FirstOrDefault(f => f.Severity is FindingSeverity.High or FindingSeverity.Unknown);

    private static string Bad(Finding finding) => $"{finding.Says} (`{finding.Code}`): {Remedy}";

    // Once for each definition, however often it is listed. What is of little weight is told by `bartizan pin` alone.
    private ImmutableArray<Finding> FindingsOf(ToolDefinition definition, KnownTools known)
    {
        if (_looked.TryGetValue(definition.Digest, out var found))
        {
            return found;
        }

        found = [.. DefinitionFindings.Of(definition, known).Where(f => f.Severity != FindingSeverity.Low)];
        if (_looked.Count >= MaxLooked)
        {
            _looked.Clear();
        }

        return _looked[definition.Digest] = found;
    }

    private (PinVerdict Verdict, PinNote? Note) Judge(
        string server,
        ToolDefinition? definition,
        PinnedServer seen,
        bool required
    )
    {
        if (definition is null)
        {
            const string Unreadable = "its definition is too large, or can't be read in one way";
            return (
                PinVerdict.Suspended(Unreadable),
                Note(server, null, "pin-unreadable", FindingSeverity.Medium, Unreadable, "")
            );
        }

        if (_problem.Length > 0)
        {
            return (
                PinVerdict.Suspended(_problem),
                Note(server, definition, "pin-lock", FindingSeverity.High, _problem, "")
            );
        }

        if (seen.Holds(definition))
        {
            return (PinVerdict.Trusted, null);
        }

        var file = $"`{Path.GetFileName(LockFiles.PathOf(manifest))}`";
        if (seen.Tools.TryGetValue(definition.Name, out var others))
        {
            var before = others[^1];
            var members = string.Join(
                ", ",
                DefinitionChange.MembersOf(before.Text, definition.Text).Select(ShownText.Bounded)
            );
            var says =
                $"its definition isn't {(_pinned is null ? "what it was when it was first seen" : $"the one in {file}")} (changed: {members}): it is suspended until a person has seen the change with `bartizan pin --diff`";
            return (
                PinVerdict.Suspended(says),
                Note(server, definition, "pin-changed", FindingSeverity.High, says, before.Text)
            );
        }

        if (_pinned is not null)
        {
            var says = $"it isn't in {file}: {Remedy}";
            return (
                PinVerdict.Suspended(says),
                Note(server, definition, "pin-unseen", FindingSeverity.Medium, says, "")
            );
        }

        if (required)
        {
            var says = $"the manifest requires pins, and there is no {file}: {Remedy}";
            return (
                PinVerdict.Suspended(says),
                Note(server, definition, "pin-unseen", FindingSeverity.Medium, says, "")
            );
        }

        return (PinVerdict.Trusted, null);
    }

    private static PinNote Note(
        string server,
        ToolDefinition? definition,
        string code,
        FindingSeverity severity,
        string says,
        string before
    ) =>
        new(
            definition is null ? server : $"{server}/{definition.Name}",
            new Finding(code, severity, 1, "", says),
            before,
            definition?.Text ?? ""
        );

    private PinNote FirstUse(string server, int tools, PinnedServer kept) =>
        new(
            server,
            new Finding(
                "pin-first-use",
                FindingSeverity.Low,
                1,
                "",
                $"{tools} tools of `{server}` are taken as they are seen first, because there is no `{Path.GetFileName(LockFiles.PathOf(manifest))}`; the server's pins are {kept.Digest} now"
            ),
            "",
            ""
        );
}
