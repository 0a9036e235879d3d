using System.Buffers;
using C = Bartizan.Guards.Sensitive.TokenChecks;

namespace Bartizan.Guards.Sensitive;

/// <summary>Credentials by the shapes that their providers publish.</summary>
internal static class TokenKinds
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";

    private static readonly SearchValues<char> _base62 = SearchValues.Create(Letters + Digits);
    private static readonly SearchValues<char> _word = SearchValues.Create(Letters + Digits + "_");
    private static readonly SearchValues<char> _url = SearchValues.Create(Letters + Digits + "_-");
    private static readonly SearchValues<char> _dotted = SearchValues.Create(Letters + Digits + "_-.");
    private static readonly SearchValues<char> _base64 = SearchValues.Create(Letters + Digits + "+/=");
    private static readonly SearchValues<char> _hex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> _base32 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    private static readonly SearchValues<char> _upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    private static readonly SearchValues<char> _typed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");
    private static readonly SearchValues<char> _any = SearchValues.Create(Letters + Digits + "_-+/=.~");

    /// <summary>The kinds.</summary>
    public static TokenKind[] All { get; } =
    [
        new("github-token", "ghp_", _base62, 36, 36, 0.99) { IsValid = C.IsGitHub },
        new("github-token", "gho_", _base62, 36, 36, 0.99) { IsValid = C.IsGitHub },
        new("github-token", "ghu_", _base62, 36, 36, 0.99) { IsValid = C.IsGitHub },
        new("github-token", "ghs_", _base62, 36, 36, 0.99) { IsValid = C.IsGitHub },
        new("github-token", "ghr_", _base62, 36, 76, 0.99) { IsValid = C.IsGitHub },
        new("github-pat", "github_pat_", _word, 82, 82, 0.98),
        new("bartizan-token", "bzt_", _typed, 48, 48, 0.99) { IsValid = C.IsBartizan },
        new("npm-token", "npm_", _base62, 36, 36, 0.99) { IsValid = C.IsGitHub },
        new("gitlab-token", "glpat-", _dotted, 20, 60, 0.95),
        new("gitlab-token", "glrt-", _dotted, 20, 60, 0.95),
        new("gitlab-token", "glptt-", _hex, 40, 40, 0.95),
        new("gitlab-token", "gldt-", _url, 20, 60, 0.95),
        new("grafana-token", "glsa_", _word, 41, 41, 0.98) { IsValid = C.IsGrafana },
        new("grafana-token", "glc_", _base64, 32, 400, 0.9),
        new("atlassian-token", "ATATT3x", _any, 80, 260, 0.95) { IsValid = C.EndsInCrc },
        new("atlassian-token", "ATCTT3x", _any, 80, 260, 0.95) { IsValid = C.EndsInCrc },
        new("bitbucket-token", "ATBB", _any, 32, 260, 0.9) { IsValid = C.EndsInCrc },
        new("aws-access-key", "AKIA", _base32, 16, 16, 0.95),
        new("aws-access-key", "ASIA", _base32, 16, 16, 0.95),
        new("aws-access-key", "ABIA", _base32, 16, 16, 0.95),
        new("aws-access-key", "ACCA", _base32, 16, 16, 0.95),
        new("gcp-api-key", "AIza", _url, 35, 35, 0.95),
        new("gcp-oauth-secret", "GOCSPX-", _url, 28, 28, 0.95),
        new("gcp-token", "ya29.", _dotted, 50, 1024, 0.9),
        new("openai-key", "sk-proj-", _url, 40, 200, 0.97),
        new("openai-key", "sk-svcacct-", _url, 40, 200, 0.97),
        new("openai-key", "sk-admin-", _url, 40, 200, 0.97),
        new("anthropic-key", "sk-ant-", _url, 24, 200, 0.97),
        new("openrouter-key", "sk-or-v1-", _hex, 64, 64, 0.97),
        new("openai-key", "sk-", _base62, 32, 64, 0.85),
        new("huggingface-token", "hf_", SearchValues.Create(Letters), 34, 34, 0.95),
        new("huggingface-token", "api_org_", SearchValues.Create(Letters), 34, 34, 0.95),
        new("groq-key", "gsk_", _base62, 52, 52, 0.95),
        new("xai-key", "xai-", _base62, 80, 80, 0.95),
        new("perplexity-key", "pplx-", _base62, 48, 56, 0.95),
        new("replicate-token", "r8_", _base62, 37, 40, 0.95),
        new("nvidia-key", "nvapi-", _url, 60, 80, 0.95),
        new("slack-token", "xoxb-", _url, 20, 200, 0.95),
        new("slack-token", "xoxp-", _url, 20, 200, 0.95),
        new("slack-token", "xoxa-", _url, 20, 200, 0.95),
        new("slack-token", "xoxr-", _url, 20, 200, 0.95),
        new("slack-token", "xoxs-", _url, 20, 200, 0.95),
        new("slack-token", "xoxe.", _dotted, 20, 300, 0.95),
        new("slack-app-token", "xapp-", _url, 20, 200, 0.95),
        new("slack-webhook", "hooks.slack.com/services/", SearchValues.Create(Letters + Digits + "/"), 40, 90, 0.95),
        new("stripe-key", "sk_live_", _base62, 16, 128, 0.97),
        new("stripe-key", "sk_test_", _base62, 16, 128, 0.9),
        new("stripe-key", "rk_live_", _base62, 16, 128, 0.97),
        new("stripe-key", "rk_test_", _base62, 16, 128, 0.9),
        new("stripe-webhook-secret", "whsec_", _base64, 32, 64, 0.9),
        new("sendgrid-key", "SG.", _dotted, 66, 66, 0.97) { IsValid = C.IsSendGrid },
        new("twilio-key", "SK", _hex, 32, 32, 0.7),
        new("twilio-account", "AC", _hex, 32, 32, 0.6),
        new("mailchimp-key", "md-", _url, 22, 22, 0.6),
        new("mailgun-key", "key-", _hex, 32, 32, 0.85),
        new("pypi-token", "pypi-AgE", _url, 50, 1000, 0.98),
        new("nuget-key", "oy2", SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789"), 43, 43, 0.9),
        new("rubygems-key", "rubygems_", _hex, 48, 48, 0.97),
        new("crates-token", "cio", _base62, 32, 32, 0.6),
        new("docker-token", "dckr_pat_", _url, 27, 36, 0.97),
        new("digitalocean-token", "dop_v1_", _hex, 64, 64, 0.98),
        new("digitalocean-token", "doo_v1_", _hex, 64, 64, 0.98),
        new("digitalocean-token", "dor_v1_", _hex, 64, 64, 0.98),
        new("shopify-token", "shpat_", _hex, 32, 32, 0.97),
        new("shopify-token", "shpca_", _hex, 32, 32, 0.97),
        new("shopify-token", "shppa_", _hex, 32, 32, 0.97),
        new("shopify-token", "shpss_", _hex, 32, 32, 0.97),
        new("vault-token", "hvs.", _url, 24, 300, 0.95),
        new("vault-token", "hvb.", _url, 24, 400, 0.95),
        new("vault-token", "hvr.", _url, 24, 400, 0.95),
        new("databricks-token", "dapi", _hex, 32, 34, 0.9),
        new("jfrog-key", "AKCp", _base62, 69, 69, 0.95),
        new("linear-key", "lin_api_", _base62, 40, 40, 0.97),
        new("sentry-token", "sntrys_", _any, 60, 400, 0.95),
        new("pulumi-token", "pul-", _hex, 40, 40, 0.95),
        new("postman-key", "PMAK-", _url, 59, 59, 0.97),
        new("newrelic-key", "NRAK-", _upper, 27, 27, 0.95),
        new("notion-token", "ntn_", _base62, 40, 60, 0.95),
        new("notion-token", "secret_", _base62, 43, 43, 0.8),
        new("figma-token", "figd_", _url, 38, 48, 0.95),
        new("square-token", "sq0atp-", _url, 22, 22, 0.95),
        new("square-token", "sq0csp-", _url, 43, 43, 0.95),
        new("square-token", "EAAA", _any, 60, 60, 0.7),
        new("brevo-key", "xkeysib-", SearchValues.Create(Letters + Digits + "-"), 81, 81, 0.97),
        new("terraform-token", "atlasv1.", _url, 60, 80, 0.6),
        new("doppler-token", "dp.pt.", _base62, 40, 44, 0.95),
        new("planetscale-token", "pscale_", _any, 32, 80, 0.9),
        new("fly-token", "fo1_", _url, 43, 43, 0.95),
        new("netlify-token", "nfp_", _base62, 36, 40, 0.95),
        new("age-key", "AGE-SECRET-KEY-1", _upper, 58, 58, 0.99),
        new("jwt", "eyJ", _dotted, 20, 16 * 1024, 0.9) { IsValid = C.IsJwt },
        new("azure-secret", "Q~", _any, 31, 34, 0.7),
        new("azure-storage-key", "AccountKey=", _base64, 86, 88, 0.97),
        new("azure-sas", "sig=", SearchValues.Create(Letters + Digits + "%+/="), 43, 60, 0.8) { IsValid = C.IsRandom },
        new(
            "discord-webhook",
            "discord.com/api/webhooks/",
            SearchValues.Create(Letters + Digits + "/_-"),
            80,
            100,
            0.95
        ),
        new("telegram-token", "/bot", SearchValues.Create(Letters + Digits + ":_-"), 43, 50, 0.9)
        {
            IsValid = C.IsTelegram,
        },
    ];

    // For each two ASCII characters the number of the group that begins so; none is the group without kinds.
    private static readonly byte[] _groups = new byte[128 * 128];
    private static readonly TokenKind[][] _kinds = Group();

    /// <summary>The kinds whose prefix begins with two characters, in the order of all of them: for most there is none.</summary>
    public static TokenKind[] BeginningWith(char first, char second) =>
        (first | second) < 128 ? _kinds[_groups[(first << 7) | second]] : _kinds[0];

    private static TokenKind[][] Group()
    {
        var kinds = new List<TokenKind[]> { Array.Empty<TokenKind>() };
        foreach (var group in All.GroupBy(kind => (kind.Prefix[0] << 7) | kind.Prefix[1]))
        {
            _groups[group.Key] = checked((byte)kinds.Count);
            kinds.Add([.. group]);
        }

        return [.. kinds];
    }
}
