using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Who is let in, and what they are known by: the first must say what the second says. Of two issuers, audiences or mappings neither is
/// less: whom they let in, and what they say of them, stands in no manifest.
/// </summary>
internal sealed class ServeProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first lets others in.</summary>
    public IEnumerable<Excess> Find(ServeSection? a, ServeSection? b)
    {
        if (a is null && b is null)
        {
            yield break;
        }

        if (a is null || b is null)
        {
            var (one, other) = b is null ? (nameOfFirst, nameOfSecond) : (nameOfSecond, nameOfFirst);
            yield return More($"{one} acts for those whom it answers (`serve`), {other} for whoever starts it");
        }
        else if (!a.Callers.Canonical.SequenceEqual(b.Callers.Canonical, StringComparer.Ordinal))
        {
            yield return More(
                $"`serve: callers` of {nameOfFirst} and of {nameOfSecond} are not the same: other people are let in, or known by other claims"
            );
        }
    }

    private static Excess More(string says) => new(ExcessKind.Callers, says) { IsCertain = true };
}
