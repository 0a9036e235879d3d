using System.Globalization;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>What generated code may be run by, see, reach and use: the first must give no more than the second.</summary>
internal sealed class CodeProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first is more than the second.</summary>
    public IEnumerable<Excess> Find(Manifest a, Manifest b)
    {
        if (Of(a) is not { Code: { } mine } first)
        {
            return [];
        }

        return Of(b) is { Code: { } theirs } second
            ? [.. Between(first, mine, second, theirs), .. Used(mine, theirs)]
            : [Certain($"{nameOfFirst} has the tool `code/run`, {nameOfSecond} hasn't")];
    }

    private static ToolServer? Of(Manifest manifest) =>
        manifest.Servers.Values.FirstOrDefault(one => one.Code is not null);

    private IEnumerable<Excess> Between(ToolServer a, CodeTerms mine, ToolServer b, CodeTerms theirs)
    {
        foreach (var (language, command) in mine.Languages)
        {
            if (
                !theirs.Languages.TryGetValue(language, out var known)
                || !command.SequenceEqual(known, StringComparer.Ordinal)
            )
            {
                yield return Certain(
                    $"{nameOfFirst} runs code in `{language}` by {Shown(string.Join(' ', command))}, {nameOfSecond} doesn't"
                );
            }
        }

        // What a container and bubblewrap show, or two images, can't be compared: neither lies within the other.
        if ((mine.Isolation, mine.Image) != (theirs.Isolation, theirs.Image))
        {
            yield return Certain(
                $"code runs in a sandbox of {Shown(mine.Image ?? "bubblewrap")} in {nameOfFirst} and of {Shown(theirs.Image ?? "bubblewrap")} in {nameOfSecond}"
            );
        }

        if (a.Workspace is not null && b.Workspace is null)
        {
            yield return Certain($"code sees the workspace in {nameOfFirst} and not in {nameOfSecond}");
        }

        foreach (var host in a.Egress.Where(host => !b.Egress.Contains(host, StringComparer.Ordinal)))
        {
            yield return Certain($"code reaches {Shown(host)} in {nameOfFirst} and not in {nameOfSecond}");
        }

        if ((a.Place ?? "") != (b.Place ?? a.Place ?? ""))
        {
            yield return Certain(
                $"what code is told goes to {Shown(a.Place ?? "")} in {nameOfFirst} and to {Shown(b.Place ?? "")} in {nameOfSecond}"
            );
        }
    }

    private IEnumerable<Excess> Used(CodeTerms mine, CodeTerms theirs)
    {
        if (mine.OutputBytes > theirs.OutputBytes)
        {
            yield return Certain(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a result of code holds {mine.OutputBytes:N0} bytes of a stream in {nameOfFirst} and {theirs.OutputBytes:N0} in {nameOfSecond}"
                )
            );
        }

        foreach (var (what, more, first, second) in LimitProof.Compare(mine.Limits, theirs.Limits))
        {
            if (more)
            {
                yield return Certain(
                    $"the limit `{what}` of code is {first} in {nameOfFirst} and {second} in {nameOfSecond}"
                );
            }
        }
    }

    private static string Shown(string text) => text.Length == 0 ? "nothing named" : $"`{Policies.Policy.Shown(text)}`";

    private static Excess Certain(string says) => new(ExcessKind.Sandbox, says) { IsCertain = true };
}
