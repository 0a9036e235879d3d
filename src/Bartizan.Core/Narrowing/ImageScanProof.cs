using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>What a scanner must have said of an image: the first must bear no finding and no age that the second doesn't.</summary>
internal sealed class ImageScanProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything that the first bears and the second doesn't.</summary>
    public IEnumerable<Excess> Find(ImageScanTerms? a, ImageScanTerms? b)
    {
        if (b is null)
        {
            yield break;
        }

        if (a is null)
        {
            yield return Certain($"{nameOfSecond} asks for a scan of the image, {nameOfFirst} doesn't");
            yield break;
        }

        if (a.Fail > b.Fail)
        {
            yield return Certain(
                $"findings below {WordOf(a.Fail)} are borne in {nameOfFirst}, below {WordOf(b.Fail)} in {nameOfSecond}"
            );
        }

        if (a.MaxAge > b.MaxAge)
        {
            yield return Certain($"a scan may be {a.MaxAge} old in {nameOfFirst} and {b.MaxAge} in {nameOfSecond}");
        }

        if (a.Made is { } made && !(b.Made >= made))
        {
            yield return Certain($"{nameOfFirst} says that the scan is of {made:o}, {nameOfSecond} doesn't");
        }

        foreach (var (name, waiver) in a.Ignore)
        {
            if (!b.Ignore.TryGetValue(name, out var theirs) || waiver.Until > theirs.Until)
            {
                yield return Certain(
                    $"`{name}` is borne until {waiver.Until:o} in {nameOfFirst}, and not as long in {nameOfSecond}"
                );
            }
        }
    }

    private static string WordOf(VulnerabilitySeverity severity) => severity.ToString().ToLowerInvariant();

    private static Excess Certain(string says) => new(ExcessKind.Sandbox, says) { IsCertain = true };
}
