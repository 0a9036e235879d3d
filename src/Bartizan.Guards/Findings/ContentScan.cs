using Bartizan.Core.Manifests;
using Bartizan.Guards.Exfiltration;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Injection.Lexical;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Findings;

/// <summary>
/// All guards over one text, on one unfolding of it. Pure: a text in, findings out; what is done about them is the manifest's business.
/// </summary>
public static class ContentScan
{
    /// <summary>Looks at a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="channel">Whose it is.</param>
    /// <param name="sought">What is looked for.</param>
    /// <param name="scale">Where clean texts lie on the lexical vote's scale; null as shipped.</param>
    /// <param name="pack">Patterns, tokens and weights; null the shipped ones.</param>
    public static ScanReport Of(
        string text,
        Channel channel,
        Sought sought = Sought.All,
        LexicalScale? scale = null,
        GuardPack? pack = null
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        return Of(TextViews.Of(text), channel, sought, scale, pack);
    }

    /// <summary>Looks at a text that is unfolded already.</summary>
    /// <param name="views">Its readings.</param>
    /// <param name="channel">Whose it is.</param>
    /// <param name="sought">What is looked for.</param>
    /// <param name="scale">Where clean texts lie on the lexical vote's scale; null as shipped.</param>
    /// <param name="pack">Patterns, tokens and weights; null the shipped ones.</param>
    public static ScanReport Of(
        TextViews views,
        Channel channel,
        Sought sought = Sought.All,
        LexicalScale? scale = null,
        GuardPack? pack = null
    )
    {
        ArgumentNullException.ThrowIfNull(views);
        var found = new FoundList();
        if ((sought & Sought.Injection) != Sought.None)
        {
            InjectionGuard.Find(views, channel, found, pack ?? GuardPack.Shipped);
        }

        if ((sought & Sought.HiddenText) != Sought.None)
        {
            HiddenTextGuard.Find(views, found);
        }

        if ((sought & Sought.Sensitive) != Sought.None)
        {
            SensitiveGuard.Find(views, found);
        }

        if ((sought & Sought.Exfiltration) != Sought.None)
        {
            ExfiltrationGuard.Find(views, found);
        }

        if ((sought & Sought.Internals) != Sought.None)
        {
            InternalScan.Find(views, found);
        }

        var lexical =
            (sought & Sought.Lexical) != Sought.None
                ? LexicalGuard.Of(views, channel, pack)
                : new LexicalScore(0, 0, 0, channel);
        if (scale is not null)
        {
            lexical = lexical with { Score = scale.Of(lexical.Score) };
        }

        foreach (var one in LexicalGuard.FindingOf(lexical))
        {
            found.Add(one);
        }

        var all = found.ToArray();
        var signs = InjectionGuard.Score(all);
        return new ScanReport(Together(signs, lexical.Score), all) { Signs = signs, Lexical = lexical };
    }

    /// <summary>Two votes put together: signs that agree make surer, and none takes from another.</summary>
    public static double Together(double signs, double lexical) => 1 - ((1 - signs) * (1 - lexical));
}
