using System.Security.Cryptography;

namespace Bartizan.Vault.Providers.Aws;

/// <summary>
/// The APIs of AWS that are spoken: the Security Token Service's queries, and Secrets Manager's JSON. Each request is signed for its host,
/// its region and its time. What is known of a refusal is its code; its words are repeated where they hold nothing that was sent.
/// </summary>
internal sealed class AwsWire(ProviderHttp http, AwsScope scope, TimeProvider clock) : IDisposable
{
    /// <summary>The type of Secrets Manager's requests.</summary>
    public const string JsonType = "application/x-amz-json-1.1";

    // Nothing was done. IDPCommunicationError: AWS couldn't fetch our keys; it says itself to try again.
    private static readonly HashSet<string> s_busy = new(StringComparer.Ordinal)
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "PriorRequestNotComplete",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "IDPCommunicationError",
    };

    // What was signed with doesn't count, or not now.
    private static readonly Dictionary<string, string> s_forbidden = new(StringComparer.Ordinal)
    {
        ["ExpiredToken"] = "says that the token has expired",
        ["ExpiredTokenException"] = "says that the token has expired",
        ["InvalidClientTokenId"] = "doesn't know the key",
        ["UnrecognizedClientException"] = "doesn't know the key",
        ["SignatureDoesNotMatch"] =
            "says that the signature is wrong: the key's secret is another, or this machine's clock is",
        ["InvalidSignatureException"] =
            "says that the signature is wrong: the key's secret is another, or this machine's clock is",
        ["RequestExpired"] = "says that this machine's clock is wrong: set it",
        ["RequestTimeTooSkewed"] = "says that this machine's clock is wrong: set it",
        ["InvalidIdentityToken"] =
            "doesn't take the identity token: check the identity provider's address, audience and keys there",
        ["IDPRejectedClaim"] = "doesn't take the identity token: check the conditions of the role's trust policy",
    };

    public string Authority => http.Authority;

    /// <summary>Asks; the caller disposes of the answer.</summary>
    /// <param name="key">What is signed with; null for a request that shows a token in its body instead.</param>
    /// <param name="body">The body, made anew for each try; it is wiped.</param>
    /// <param name="bodyType">Its type.</param>
    /// <param name="target">What Secrets Manager is asked for; null for the Security Token Service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public Task<ProviderReply> AskAsync(
        AwsKey? key,
        Func<byte[]> body,
        string bodyType,
        string? target,
        CancellationToken cancellationToken
    ) =>
        ProviderTries.AskAsync(
            ending => SendAsync(key, body(), bodyType, target, ending),
            ProblemOf,
            clock,
            cancellationToken
        );

    public void Dispose() => http.Dispose();

    private Task<ProviderReply> SendAsync(
        AwsKey? key,
        byte[] body,
        string bodyType,
        string? target,
        CancellationToken cancellationToken
    )
    {
        List<(string Name, string Value)> own = [("content-type", bodyType)];
        if (target is not null)
        {
            own.Add(("x-amz-target", target));
        }

        IReadOnlyList<(string Name, string Value)> fields;
        try
        {
            fields = key is null ? own : AwsSignature.Sign(key, scope, http.Authority, own, body, clock.GetUtcNow());
        }
        catch (ObjectDisposedException)
        {
            CryptographicOperations.ZeroMemory(body);
            throw;
        }

        return http.SendAsync(
            HttpMethod.Post,
            "",
            body,
            bodyType,
            headers =>
            {
                foreach (var (name, value) in fields.Where(one => one.Name != "content-type"))
                {
                    headers.TryAddWithoutValidation(name, value);
                }
            },
            cancellationToken
        );
    }

    private (ProviderFault Fault, string Problem) ProblemOf(ProviderReply reply)
    {
        if (reply.Status == 200)
        {
            return (ProviderFault.Unknown, "");
        }

        var (code, words) = RefusalOf(reply);
        var named = Named(code, reply);
        return s_busy.Contains(code) || reply.Status is 429 or 503
                ? (ProviderFault.Busy, $"`{Authority}` has too much to do ({named})")
            : code.StartsWith("AccessDenied", StringComparison.Ordinal)
                ? (ProviderFault.Forbidden, $"`{Authority}` forbids it: {ProviderWords.Shown(words)}")
            : s_forbidden.TryGetValue(code, out var why) ? (ProviderFault.Forbidden, $"`{Authority}` {why} ({code})")
            : reply.Status is >= 300 and < 400
                ? (ProviderFault.Refused, $"`{Authority}` sends elsewhere, where nobody follows")
            : reply.Status >= 500 ? (ProviderFault.Lost, $"`{Authority}` failed ({named})")
            : (ProviderFault.Refused, $"`{Authority}` refused it ({named})");
    }

    // INVARIANT: a code is a word. The words beside it may hold what was sent, a token of an identity among it.
    private static string Named(string code, ProviderReply reply) =>
        code.Length is > 0 and <= 64 && code.All(char.IsAsciiLetterOrDigit) ? code : $"{reply.Status}";

    private static (string Code, string Words) RefusalOf(ProviderReply reply)
    {
        if (ProviderReply.TextOf(reply.Json, "__type") is { } type)
        {
            // `com.amazonaws.secretsmanager#ResourceNotFoundException` and the bare name are both in use.
            return (
                type[(type.LastIndexOf('#') + 1)..],
                ProviderReply.TextOf(reply.Json, "message") ?? ProviderReply.TextOf(reply.Json, "Message") ?? ""
            );
        }

        return StsAnswer.Refusal(reply.Body);
    }
}
