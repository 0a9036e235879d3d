using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Ports;

namespace Bartizan.Core.Approvals;

/// <summary>Held content as a person reads it before they answer: what was found, and where. See <see cref="ShownText"/>.</summary>
internal static class HeldText
{
    /// <summary>Line by line.</summary>
    public static ImmutableArray<string> Of(HeldContent held)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.Add(
            held.IsAnswer
                ? "held: the call was made; its answer waits, and the agent hasn't seen it"
                : "held: guards object to what it carries; nothing of it was sent"
        );
        if (held.IsForSession)
        {
            lines.Add(
                "for the session: a yes lets these texts pass in its later requests, too, unless a rule asks; a no refuses them there"
            );
        }

        lines.AddRange(held.Findings.Select(finding => $"found: {ShownText.Bounded(finding)}"));
        lines.AddRange(held.Finds.Select(Line));
        if (held.Found > held.Finds.Length)
        {
            lines.Add(
                string.Create(CultureInfo.InvariantCulture, $"…and {held.Found - held.Finds.Length:N0} more places")
            );
        }

        if (held.IsAnswer)
        {
            lines.Add($"answer: {held.Shown}");
        }

        return lines.ToImmutable();
    }

    private static string Line(GuardFind find)
    {
        var what = $"{ShownText.Bounded(find.Guard)}: {ShownText.Bounded(find.Kind)}";
        if (find.Excerpt.Length == 0)
        {
            return find.End > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{what}, at {find.Start:N0}-{find.End:N0}")
                : $"{what}, in no one place";
        }

        var shown = ShownText.Of(find.Excerpt).Replace("\"", "\\\"", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what}, at {find.Start:N0}-{find.End:N0}, {find.Excerpt.Length:N0} of {find.Length:N0} characters: \"{shown}\""
        );
    }
}
