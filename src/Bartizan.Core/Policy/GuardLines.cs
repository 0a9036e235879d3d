using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// What guards are told, a line for each thing said. INVARIANT: two manifests whose guards act differently have different lines; one
/// that says nothing of guards has none.
/// </summary>
internal static class GuardLines
{
    /// <summary>The lines, in a fixed order.</summary>
    public static IEnumerable<string> Of(GuardTerms? terms) => terms is null ? [] : LinesOf(terms);

    private static IEnumerable<string> LinesOf(GuardTerms terms)
    {
        (string Name, object? Value)[] said =
        [
            ("canaries", terms.Canaries),
            ("exfiltration", terms.Exfiltration),
            ("hidden text", terms.HiddenText),
            ("injection", terms.Injection),
            ("input bytes", terms.MaxInputBytes),
            ("internals", terms.Internals),
            ("internals to model", terms.InternalsToModel),
            ("lexical", terms.Lexical),
            ("output bytes", terms.MaxOutputBytes),
            ("personal data", terms.PersonalData),
            ("personal data to model", terms.PersonalDataToModel),
            ("restore", terms.Restore ? "on" : null),
            ("secrets", terms.Secrets),
            ("secrets to model", terms.SecretsToModel),
            ("spotlight", terms.Spotlight),
            ("system prompt", terms.SystemPrompt),
            ("untrusted scale", ScaleOf(terms.UntrustedScale)),
            ("user scale", ScaleOf(terms.UserScale)),
        ];
        return said.Where(one => one.Value is not null)
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"guard {one.Name}: {one.Value}"))
            .Concat(terms.Caps.Select(cap => Line("cap", $"{terms.OverCaps}", cap.Kind, Text(cap.Most))))
            .Concat(terms.Classifiers.Select(LineOf))
            .Prepend("guards");
    }

    private static string LineOf(Classifier one) =>
        Line(
            "classifier",
            one.Name,
            one.Url.AbsoluteUri,
            one.ReadsUntrusted ? "untrusted" : "",
            one.ReadsUser ? "user" : "",
            one.Threshold.ToString("R", CultureInfo.InvariantCulture),
            $"{one.Action}",
            $"{one.OnFailure}",
            Text(one.Within.Ticks)
        );

    private static string? ScaleOf(LexicalScale scale) =>
        scale == LexicalScale.Shipped
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{scale.Likely:R} {scale.Possible:R}");

    // JSON quotes what an author chose, so that no two read alike.
    private static string Line(string what, params string[] parts) => $"guard {what} {JsonSerializer.Serialize(parts)}";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
