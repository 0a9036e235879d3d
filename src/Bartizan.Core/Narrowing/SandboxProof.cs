using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>What an agent's sandbox is made of, shows of the host, and may use: the first must give no more than the second.</summary>
internal sealed class SandboxProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first is more than the second.</summary>
    public IEnumerable<Excess> Find(RunSection a, RunSection b)
    {
        if (!LiesBelow(a.WorkspacePath, b.WorkspacePath))
        {
            yield return Certain(
                $"the workspace is {Shown(a.WorkspacePath)} in {nameOfFirst} and {Shown(b.WorkspacePath)} in {nameOfSecond}"
            );
        }

        if (a.WorkspaceMode > b.WorkspaceMode)
        {
            yield return Certain(
                $"writes to the workspace are {WordOf(a.WorkspaceMode)} in {nameOfFirst} and {WordOf(b.WorkspaceMode)} in {nameOfSecond}"
            );
        }

        // What a container and bubblewrap show, or two images, can't be compared: neither lies within the other.
        if ((a.Isolation, a.Image) != (b.Isolation, b.Image))
        {
            yield return Certain(
                $"the sandbox is of {Shown(a.Image ?? "bubblewrap")} in {nameOfFirst} and of {Shown(b.Image ?? "bubblewrap")} in {nameOfSecond}"
            );
        }

        foreach (var excess in new ImageScanProof(nameOfFirst, nameOfSecond).Find(a.Scan, b.Scan))
        {
            yield return excess;
        }

        if (a.Seen > b.Seen)
        {
            yield return Certain(
                $"what is seen inside the sandbox is {WordOf(a.Seen)} in {nameOfFirst} and {WordOf(b.Seen)} in {nameOfSecond}"
            );
        }

        foreach (var mount in a.Mounts.Where(m => !b.Mounts.Any(o => LiesBelow(m, o))))
        {
            yield return Certain($"{nameOfFirst} mounts {Shown(mount)}, {nameOfSecond} doesn't");
        }

        foreach (var (what, more, first, second) in LimitProof.Compare(a.Limits, b.Limits))
        {
            if (more)
            {
                yield return Certain($"the limit `{what}` is {first} in {nameOfFirst} and {second} in {nameOfSecond}");
            }
        }
    }

    private static string WordOf(WorkspaceMode mode) =>
        mode switch
        {
            WorkspaceMode.ReadOnly => "impossible",
            WorkspaceMode.Staged => "applied by a person",
            _ => "applied by themselves",
        };

    private static string WordOf(SeenKind seen) =>
        seen switch
        {
            SeenKind.All => "everything",
            SeenKind.Programs => "programs only",
            _ => "nothing",
        };

    private static string Shown(string text) => text.Length == 0 ? "nothing named" : $"`{Policies.Policy.Shown(text)}`";

    private static bool LiesBelow(string path, string above)
    {
        var (one, other) = (Segments(path), Segments(above));
        return path.StartsWith('/') == above.StartsWith('/')
            && !one.Contains("..", StringComparer.Ordinal)
            && one.Length >= other.Length
            && one.AsSpan(0, other.Length).SequenceEqual(other);
    }

    private static string[] Segments(string path) =>
        [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".")];

    private static Excess Certain(string says) => new(ExcessKind.Sandbox, says) { IsCertain = true };
}
