namespace Bartizan.Vault.Providers.OAuth;

/// <summary>What an answer of an OAuth server means (RFC 6749, 5.2; RFC 7009, 2.2.1).</summary>
internal static class OAuthFaults
{
    private const int MaxCode = 64;

    /// <summary>The fault, and the problem in words; <see cref="ProviderFault.Unknown"/> for an answer that is good.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="authority">Who answered.</param>
    /// <param name="what">What it means where it isn't JSON.</param>
    /// <param name="secrets">What isn't repeated, whatever it says.</param>
    public static (ProviderFault Fault, string Problem) Of(
        ProviderReply reply,
        string authority,
        string what,
        params ReadOnlySpan<Secret?> secrets
    )
    {
        var code = CodeOf(reply);
        var words = ProviderWords.Of(ProviderReply.TextOf(reply.Json, "error_description"), secrets);
        var said = code is null ? words : $"{ProviderWords.Of(code, secrets)}: {words}";
        return reply.Status switch
        {
            200 => IsJson(reply)
                ? (ProviderFault.Unknown, "")
                : (ProviderFault.Refused, $"`{authority}` {what}: its answer is no object of JSON"),
            _ when code is "slow_down" or "temporarily_unavailable" => (
                ProviderFault.Busy,
                $"`{authority}` can't do it now: {said}"
            ),
            429 => (ProviderFault.Busy, $"`{authority}` has too much to do"),
            503 => (ProviderFault.Busy, $"`{authority}` isn't there for it now"),
            >= 300 and < 400 => (
                ProviderFault.Refused,
                $"`{authority}` sends elsewhere, which isn't followed: name the right address"
            ),
            403 => (ProviderFault.Forbidden, $"`{authority}` forbids it: {said}"),
            >= 500 => (ProviderFault.Lost, $"`{authority}` failed ({reply.Status})"),
            _ => (ProviderFault.Refused, $"`{authority}` refused it ({reply.Status}): {said}"),
        };
    }

    /// <summary>The error's code; null where there is none that could be one.</summary>
    public static string? CodeOf(ProviderReply reply) =>
        ProviderReply.TextOf(reply.Json, "error") is { Length: > 0 and <= MaxCode } code
        && code.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? code
            : null;

    private static bool IsJson(ProviderReply reply) =>
        reply.MediaType is "application/json" && reply.Json.ValueKind == System.Text.Json.JsonValueKind.Object;
}
