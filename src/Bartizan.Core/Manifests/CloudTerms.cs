using System.Globalization;
using System.Text.Json;

namespace Bartizan.Core.Manifests;

/// <summary>What clouds say names and texts are like: checks that several kinds of providers share.</summary>
internal static class CloudTerms
{
    /// <summary>The longest session policy that AWS takes.</summary>
    public const int MaxPolicyLength = 2048;

    /// <summary>What is wrong with the address of a part of a cloud; null when nothing is.</summary>
    public static string? AddressProblem(CredentialProvider provider, string key) =>
        provider.Settings.GetValueOrDefault(key) is not { } text ? null
        : !Uri.TryCreate(text, UriKind.Absolute, out var url) ? $"`{key}` of `{provider.Name}` is no address"
        : url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)
            ? $"`{key}` of `{provider.Name}` would be asked in cleartext: use https; http is for a server on this host"
        : null;

    /// <summary>What is wrong with what a credential has in <c>params</c>, where only these mean something; null when nothing is.</summary>
    public static string? ParameterProblem(CredentialSource source, params string[] known) =>
        source.Parameters.Keys.FirstOrDefault(name => !known.Contains(name)) is { } other
            ? $"`{SourceTree.Quote(other)}` in `params` of `{source.Name}` means nothing there: "
                + (known.Length == 0 ? "take it out" : $"write {string.Join(" or ", known.Select(one => $"`{one}`"))}")
            : null;

    /// <summary>What is wrong with how long something is asked for; null when nothing is.</summary>
    public static string? TimeProblem(CredentialSource source, TimeSpan longest) =>
        source.Ttl > longest
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"`ttl` of `{source.Name}` is longer than the {longest.TotalHours:0} hours for which that is made"
            )
            : null;

    /// <summary>What is wrong with a session policy of AWS; null when nothing is.</summary>
    public static string? PolicyProblem(CredentialSource source)
    {
        if (source.Parameters.GetValueOrDefault("policy") is not { } policy)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(policy, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return
                policy.Length <= MaxPolicyLength
                && json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("Statement", out _)
                ? null
                : $"`policy` of `{source.Name}` is no session policy of at most {MaxPolicyLength} characters with a `Statement`";
        }
        catch (JsonException)
        {
            return $"`policy` of `{source.Name}` is no JSON, or a name stands in it twice";
        }
    }

    /// <summary>True for a name of letters, digits and these.</summary>
    public static bool IsName(string text, string others) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || others.Contains(c, StringComparison.Ordinal));
}
