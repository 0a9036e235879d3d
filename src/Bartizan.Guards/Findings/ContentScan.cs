using Bartizan.Guards.Injection;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Findings;

/// <summary>
/// All guards over one text, on one unfolding of it. Pure: a text in, findings out; what is done about them is the manifest's business.
/// </summary>
public static class ContentScan
{
    /// <summary>Looks at a text.</summary>
    public static ScanReport Of(string text, Channel channel)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Of(TextViews.Of(text), channel);
    }

    /// <summary>Looks at a text that is unfolded already.</summary>
    public static ScanReport Of(TextViews views, Channel channel)
    {
        ArgumentNullException.ThrowIfNull(views);
        var found = new FoundList();
        InjectionGuard.Find(views, channel, found);
        HiddenTextGuard.Find(views, found);
        SensitiveGuard.Find(views, found);
        if (found.Count == 0)
        {
            return ScanReport.Clean;
        }

        var all = found.ToArray();
        return new ScanReport(InjectionGuard.Score(all), all);
    }
}
