using System.Collections.Immutable;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// Requests to one part of a repository, and the permissions that they need. Segments are literal, or <c>*</c> for one, or a
/// <c>**</c> at the end for any number.
/// </summary>
/// <param name="Template">The path below the repository.</param>
/// <param name="Read">What GET and HEAD need; empty for nothing of its own, null where that can't be said.</param>
/// <param name="Write">What every other method needs.</param>
internal sealed record GitHubEndpoint(string Template, string? Read, string? Write)
{
    private readonly ImmutableArray<string> _segments = Template.Length == 0 ? [] : [.. Template.Split('/')];

    /// <summary>The only method that it is about; null for every one.</summary>
    public string? Method { get; init; }

    /// <summary>
    /// True for what counts only where a rule is about nothing else: a rule that is wider doesn't ask for it.
    /// </summary>
    public bool IsSaidAlone { get; init; }

    /// <summary>What a method needs, of every method for null; null where that can't be said.</summary>
    public ImmutableArray<GitHubDemand>? DemandsOf(string? method) =>
        (Method ?? method) switch
        {
            "GET" or "HEAD" => Read is null ? null : GitHubDemand.ReadAll(Read),
            not null => Write is null ? null : GitHubDemand.ReadAll(Write),
            _ => Read is null || Write is null ? null : [.. GitHubDemand.ReadAll(Read), .. GitHubDemand.ReadAll(Write)],
        };

    /// <summary>True when all that a rule's path matches is of it.</summary>
    public bool Holds(ReadOnlySpan<Glob?> path)
    {
        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] == "**")
            {
                return true;
            }

            if (
                i >= path.Length
                || path[i] is not { } segment
                || (_segments[i] != "*" && !(segment.IsLiteral && segment.Text == _segments[i]))
            )
            {
                return false;
            }
        }

        return path.Length == _segments.Length;
    }

    /// <summary>True when something that a rule's path matches is of it.</summary>
    public bool Meets(ReadOnlySpan<Glob?> path)
    {
        // reach[j]: the path so far can stand for the first j segments.
        var count = _segments.Length;
        var reach = new bool[count + 1];
        reach[0] = true;
        foreach (var segment in path)
        {
            var next = new bool[count + 1];
            for (var j = 0; j <= count; j++)
            {
                var rest = j < count && _segments[j] == "**";
                next[j] = segment is null
                    ? reach[j] || (j > 0 && next[j - 1])
                    : j > 0 && _segments[j - 1] != "**" && reach[j - 1] && Fits(segment, _segments[j - 1]);
                next[j] |= rest && reach[j];
            }

            reach = next;
        }

        return reach[count] || (count > 0 && _segments[^1] == "**" && reach[count - 1]);
    }

    private static bool Fits(Glob segment, string own) => own == "*" || segment.Matches(own);
}
