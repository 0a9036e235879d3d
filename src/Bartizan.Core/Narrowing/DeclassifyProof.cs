using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>Who takes labels off: where nobody does, it is narrower; else whatever meets the first's terms meets the second's.</summary>
internal sealed class DeclassifyProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>In what the first gives more.</summary>
    public IEnumerable<Excess> Find(TrustTerms a, TrustTerms b)
    {
        if (a.Declassify.IsEmpty)
        {
            yield break;
        }

        if (b.Declassify.IsEmpty)
        {
            yield return Certain($"{nameOfFirst} lets people take labels off a session, {nameOfSecond} lets nobody");
            yield break;
        }

        foreach (var terms in b.Declassify.Where(theirs => !a.Declassify.Any(mine => mine.IsAtLeast(theirs))))
        {
            yield return Certain(
                $"{nameOfSecond} asks {Policies.Policy.Shown(terms.Canonical)} to take a label off, and {nameOfFirst} asks for less"
            );
        }
    }

    private static Excess Certain(string says) => new(ExcessKind.Approval, says) { IsCertain = true };
}
