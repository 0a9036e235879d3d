using System.Text;
using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// Writes a diff as people read it: a line a change, and unified text for text files. All of it is escaped: nothing an agent put
/// into a name or a file can move the terminal's cursor or hide a line. Long texts are cut, and say so.
/// </summary>
public static class DiffText
{
    /// <summary>Larger files are told by their sizes: nobody reads half a megabyte of diff.</summary>
    public const int MaxFileBytes = 512 * 1024;

    /// <summary>Characters of the whole text; what is beyond is counted.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

    /// <summary>Characters of one line.</summary>
    public const int MaxLineCharacters = 500;

    private const int Context = 3;

    /// <summary>The whole text of a diff.</summary>
    public static string Write(StagedWorkspace view, WorkspaceDiff diff, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(diff);
        var text = new StringBuilder();
        using var stage = FileCalls.OpenRoot(view.Tree, followLinks: true);
        using var host = FileCalls.OpenRoot(view.Source);
        var written = 0;
        foreach (var change in diff.Changes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (text.Length > MaxCharacters)
            {
                text.Append($"… and {diff.Changes.Length - written} more changes\n");
                break;
            }

            WriteChange(text, change, stage, host, cancellationToken);
            written++;
        }

        foreach (var problem in diff.Problems)
        {
            text.Append($"! {problem.Path} {problem.Reason}; it is never applied\n");
        }

        if (diff.ProblemCount > diff.Problems.Length)
        {
            text.Append($"! and {diff.ProblemCount - diff.Problems.Length} more like these\n");
        }

        return text.ToString();
    }

    private static void WriteChange(
        StringBuilder text,
        WorkspaceChange change,
        SafeFileHandle stage,
        SafeFileHandle host,
        CancellationToken cancellationToken
    )
    {
        text.Append(Summary(change)).Append('\n');
        if (change.Danger is { } danger)
        {
            text.Append($"! {danger}\n");
        }

        if (change.Kind == ChangeKind.Mode || (change.Before != NodeKind.File && change.After != NodeKind.File))
        {
            return;
        }

        var before =
            change.Before == NodeKind.File ? ReadText(host, change.Path, change.DigestBefore, cancellationToken) : [];
        var after =
            change.After == NodeKind.File ? ReadText(stage, change.Path, change.DigestAfter, cancellationToken) : [];
        if (before is null || after is null)
        {
            text.Append(
                $"  not shown: binary, longer than {MaxFileBytes} bytes, or changed meanwhile ({change.SizeBefore} → {change.SizeAfter} bytes)\n"
            );
            return;
        }

        WriteHunks(text, before, after);
    }

    private static string Summary(WorkspaceChange change)
    {
        var what = change.Kind switch
        {
            ChangeKind.Added => "added",
            ChangeKind.Deleted => "deleted",
            ChangeKind.Mode => "mode",
            _ => "changed",
        };
        var kind = (change.After == NodeKind.Nothing ? change.Before : change.After) switch
        {
            NodeKind.Directory => "/",
            NodeKind.Link when change.After == NodeKind.Link => $" -> {Visible.Text(change.LinkTarget)}",
            _ => "",
        };
        var mode =
            change.Before == change.After && change.ModeBefore != change.ModeAfter && change.After != NodeKind.Link
                ? $" ({Convert.ToString(change.ModeBefore, 8)} → {Convert.ToString(change.ModeAfter, 8)})"
                : "";
        return $"{what} {change.Shown}{kind}{mode}";
    }

    /// <summary>The lines of a text file whose content is still the one that was compared; null for anything else.</summary>
    private static string[]? ReadText(
        SafeFileHandle root,
        string path,
        Core.Enforcement.Digest expected,
        CancellationToken cancellationToken
    )
    {
        using var file = FileCalls.TryOpen(root, path, FileCalls.ReadOnly | FileCalls.NonBlocking, 0, out _);
        if (file is null || FileCalls.Stat(file) is not { Kind: NodeKind.File, Size: <= MaxFileBytes } stat)
        {
            return null;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var bytes = new byte[stat.Size];
        var length = 0;
        while (length < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(length), length) is var read and > 0)
        {
            length += read;
        }

        var content = bytes.AsSpan(0, length);
        if (
            Core.Enforcement.Digest.Of(content) != expected
            || content.Contains((byte)0)
            || !System.Text.Unicode.Utf8.IsValid(content)
        )
        {
            return null;
        }

        if (length == 0)
        {
            return [];
        }

        var text = Encoding.UTF8.GetString(content);
        var lines = text.Split('\n');
        return text.EndsWith('\n') ? lines[..^1] : [.. lines[..^1], lines[^1] + "\\ no newline at the end"];
    }

    private static void WriteHunks(StringBuilder text, string[] before, string[] after)
    {
        var steps = LineDiff.Between(before, after);
        for (var i = 0; i < steps.Count; )
        {
            if (steps[i].Kind == ' ')
            {
                i++;
                continue;
            }

            var start = Math.Max(0, i - Context);
            var end = i;
            for (var quiet = 0; end < steps.Count && quiet <= 2 * Context; end++)
            {
                quiet = steps[end].Kind == ' ' ? quiet + 1 : 0;
            }

            while (end > i && steps[end - 1].Kind == ' ')
            {
                end--;
            }

            end = Math.Min(steps.Count, end + Context);
            WriteHunk(text, steps[start..end], before, after);
            i = end;
        }
    }

    private static void WriteHunk(StringBuilder text, List<LineDiff.Step> steps, string[] before, string[] after)
    {
        var oldCount = steps.Count(s => s.Kind != '+');
        var newCount = steps.Count(s => s.Kind != '-');
        var oldStart = oldCount == 0 ? 0 : steps.First(s => s.Kind != '+').Old + 1;
        var newStart = newCount == 0 ? 0 : steps.First(s => s.Kind != '-').New + 1;
        text.Append($"@@ -{oldStart},{oldCount} +{newStart},{newCount} @@\n");
        foreach (var step in steps)
        {
            if (text.Length > MaxCharacters)
            {
                text.Append("… cut here\n");
                return;
            }

            var line = step.Kind == '+' ? after[step.New] : before[step.Old];
            var cut = line.Length > MaxLineCharacters ? line[..MaxLineCharacters] + "…" : line;
            text.Append(step.Kind).Append(Visible.Line(cut)).Append('\n');
        }
    }
}
