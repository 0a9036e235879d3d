using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Packs;

/// <summary>What one pack finds in a content and another doesn't. Pure.</summary>
public static class PackComparison
{
    private const Sought Injected = Sought.Injection | Sought.Lexical;

    /// <summary>Weighs each text of a content by both.</summary>
    /// <param name="content">A payload.</param>
    /// <param name="isModel">True for a model's request, whose texts tell whose they are.</param>
    /// <param name="now">The pack of now.</param>
    /// <param name="next">The other.</param>
    /// <returns>A line for each text that only one of them takes for an attack.</returns>
    public static ImmutableArray<PackDifference> Of(
        ReadOnlyMemory<byte> content,
        bool isModel,
        GuardPack now,
        GuardPack next
    )
    {
        var found = ImmutableArray.CreateBuilder<PackDifference>();
        foreach (var (channel, text) in PayloadTexts.Of(content, isModel))
        {
            var (was, will) = (Weigh(text, channel, now), Weigh(text, channel, next));
            if (was.IsAttack != will.IsAttack)
            {
                found.Add(
                    new PackDifference(
                        channel,
                        was.Score,
                        will.Score,
                        will.IsAttack,
                        will.IsAttack ? will.Kinds : was.Kinds
                    )
                );
            }
        }

        return found.ToImmutable();
    }

    private static (bool IsAttack, double Score, string Kinds) Weigh(string text, Channel channel, GuardPack pack)
    {
        var report = ContentScan.Of(text, channel, Injected, LexicalScale.Shipped, pack);
        var threshold = channel == Channel.User ? ContentGuard.UserThreshold : ContentGuard.UntrustedThreshold;
        var isAttack = report.Signs >= threshold || report.Lexical.Score >= LexicalGuard.Likely;
        var kinds = report.Findings.Select(f => $"{f.Guard}:{f.Kind}").Distinct().Order(StringComparer.Ordinal);
        return (isAttack, report.Score, string.Join(' ', kinds));
    }
}
