using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;
using Bartizan.Core.Pins;
using Bartizan.Daemon.Pins;

namespace Bartizan.Cli.Commands;

/// <summary>One thing in which two locks differ, as a person is shown it: nothing invisible stands there as it is.</summary>
/// <param name="Kind"><c>new</c>, <c>changed</c> or <c>gone</c>.</param>
/// <param name="What">A tool as <c>server/tool</c>, or a server.</param>
/// <param name="Parts">Where and how; the whole of what is new.</param>
/// <param name="Findings">What stands in it that is meant for the model and not for the person.</param>
internal sealed record PinChange(
    string Kind,
    string What,
    IReadOnlyList<PinChange.Part> Parts,
    IReadOnlyList<Finding> Findings
)
{
    /// <summary>The word for what wasn't there.</summary>
    public const string New = "new";

    /// <summary>The word for what is another.</summary>
    public const string Changed = "changed";

    /// <summary>The word for what isn't there any more.</summary>
    public const string Gone = "gone";

    /// <summary>What differs, server by server and tool by tool.</summary>
    public static IReadOnlyList<PinChange> Between(PinLock before, PinLock after, string? workspace = null)
    {
        var changes = new List<PinChange>();
        foreach (var server in before.Servers.Keys.Union(after.Servers.Keys).Order(StringComparer.Ordinal))
        {
            var (old, now) = (before.Of(server), after.Of(server));
            Add(
                changes,
                $"{ShownText.Of(server)} (what it says of itself)",
                [.. old.Identities.Select(one => one.Text)],
                [.. now.Identities.Select(one => one.Text)],
                static text => ServerIdentity.Read(text) is { } read ? DefinitionFindings.Of(read) : []
            );
            var known = after.KnownTo(server, now.Tools.Keys, []);
            foreach (var tool in old.Tools.Keys.Union(now.Tools.Keys).Order(StringComparer.Ordinal))
            {
                Add(
                    changes,
                    ShownText.Of($"{server}/{tool}"),
                    Texts(old, tool),
                    Texts(now, tool),
                    text => ToolDefinition.Read(text) is { } read ? DefinitionFindings.Of(read, known) : []
                );
            }
        }

        if (workspace is not null)
        {
            AddFiles(changes, before, after, workspace);
        }

        return changes;
    }

    private static void AddFiles(List<PinChange> changes, PinLock before, PinLock after, string workspace)
    {
        var none = ImmutableSortedDictionary<string, Digest>.Empty;
        var (old, now) = (before.Workspace ?? none, after.Workspace ?? none);
        foreach (var path in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var (was, isNow) = (old.GetValueOrDefault(path).ToString(), now.GetValueOrDefault(path).ToString());
            if (was != isNow)
            {
                changes.Add(
                    new PinChange(
                        was.Length == 0 ? New
                            : isNow.Length == 0 ? Gone
                            : Changed,
                        $"workspace/{ShownText.Of(path)}",
                        [new Part("sha256", was.Length == 0 ? null : was, isNow.Length == 0 ? null : isNow)],
                        WorkspaceFiles.FindingsOf(Path.Combine(workspace, path))
                    )
                );
            }
        }
    }

    private static string[] Texts(PinnedServer server, string tool) =>
        server.Tools.TryGetValue(tool, out var all) ? [.. all.Select(one => one.Text)] : [];

    // A tool has a second definition where the eras of the protocol are told different ones; each is held against what it replaces.
    private static void Add(
        List<PinChange> changes,
        string what,
        string[] before,
        string[] after,
        Func<string, ImmutableArray<Finding>> look
    )
    {
        var gone = before.Except(after, StringComparer.Ordinal).ToList();
        var come = after.Except(before, StringComparer.Ordinal).ToList();
        for (var i = 0; i < Math.Max(gone.Count, come.Count); i++)
        {
            var (old, now) = (i < gone.Count ? gone[i] : "", i < come.Count ? come[i] : "");
            var kind =
                old.Length == 0 && before.Length == 0 ? New
                : now.Length == 0 && after.Length == 0 ? Gone
                : Changed;
            changes.Add(
                new PinChange(
                    kind,
                    what,
                    now.Length == 0 ? [] : [.. DefinitionChange.Between(old, now).Select(Part.Of)],
                    now.Length == 0 ? [] : look(now)
                )
            );
        }
    }

    /// <summary>One place, old and new.</summary>
    /// <param name="Place">A JSON pointer.</param>
    /// <param name="Before">The old text, escaped.</param>
    /// <param name="After">The new text, escaped.</param>
    internal sealed record Part(string Place, string? Before, string? After)
    {
        /// <summary>Makes text safe to look at.</summary>
        public static Part Of(DefinitionChange change) =>
            new(
                ShownText.Of(change.Place.Length == 0 ? "/" : change.Place),
                change.Before is null ? null : ShownText.Of(change.Before),
                change.After is null ? null : ShownText.Of(change.After)
            );
    }
}
