namespace Bartizan.Sandbox.Views;

/// <summary>
/// Where a symbolic link points, by its text alone: nothing is looked up, so nothing can be swapped. Inside means below the
/// workspace for the host and for the sandbox alike.
/// </summary>
internal static class LinkTargets
{
    /// <summary>The path in the workspace that the link at <paramref name="path"/> names, or null when it leaves it.</summary>
    public static string? Inside(string path, string target, params ReadOnlySpan<string> roots)
    {
        if (target.StartsWith('/'))
        {
            foreach (var root in roots)
            {
                if (target == root || target.StartsWith(root + "/", StringComparison.Ordinal))
                {
                    return target.Contains("..", StringComparison.Ordinal) ? null : Normal([], target[root.Length..]);
                }
            }

            return null;
        }

        var parents = path.Split('/')[..^1];
        return Normal([.. parents], target);
    }

    private static string? Normal(List<string> segments, string rest)
    {
        var down = false;
        foreach (var segment in rest.Split('/'))
        {
            if (segment is "" or ".")
            {
                continue;
            }

            if (segment != "..")
            {
                down = true;
                segments.Add(segment);
            }
            else if (down || segments.Count == 0)
            {
                // `a/..` isn't the place of `a` when `a` is a link itself: only leading dots can be told by the text.
                return null;
            }
            else
            {
                segments.RemoveAt(segments.Count - 1);
            }
        }

        return string.Join('/', segments);
    }
}
