using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Aws;

/// <summary>
/// A server that speaks AWS's wire as its documentation has it: the Security Token Service's <c>AssumeRole</c> and
/// <c>AssumeRoleWithWebIdentity</c>, Secrets Manager's <c>GetSecretValue</c>, and a store of objects. It verifies every signature by its own
/// calculation, tokens of identities by their issuer's published keys, and holds a key to the session policy that it was made with.
/// </summary>
internal sealed class OwnAws : IAsyncDisposable
{
    public const string KeyId = "AKIAIOSFODNN7EXAMPLE";

    public const string KeySecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    public const string Role = "arn:aws:iam::123456789012:role/team/reader";

    public const string Region = "eu-central-1";

    private readonly ConcurrentDictionary<string, OwnKey> _keys = new(StringComparer.Ordinal);

    private OwnAws() =>
        _keys[KeyId] = new OwnKey(KeyId, KeySecret, null, DateTimeOffset.MaxValue)
        {
            Arn = "arn:aws:iam::123456789012:user/d",
        };

    public OwnServer Server { get; private set; } = null!;

    public Uri Url => Server.Url;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The keys that an issuer of identities publishes; null where none is trusted.</summary>
    public Func<string>? Issuer { get; set; }

    public string Audience { get; set; } = "sts.amazonaws.com";

    /// <summary>The keys that were made.</summary>
    public IEnumerable<OwnKey> Made => _keys.Values.Where(key => key.Token is not null);

    /// <summary>The texts of Secrets Manager.</summary>
    public ConcurrentDictionary<string, string> Kept { get; } = new(StringComparer.Ordinal);

    /// <summary>The objects of the store, by bucket and name.</summary>
    public ConcurrentDictionary<string, string> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>How much longer a key counts than was asked for.</summary>
    public TimeSpan Longer { get; set; }

    /// <summary>The role that is really assumed.</summary>
    public string Assumed { get; set; } = "reader";

    public static async Task<OwnAws> StartAsync(X509Certificate2? certificate = null)
    {
        var aws = new OwnAws();
        aws.Server = await OwnServer.StartAsync(aws.Answer, certificate);
        return aws;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public static OwnAnswer No(int status, string code, string words) =>
        new(
            status,
            $"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>"
                + $"<Message>{SecurityElement.Escape(words)}</Message></Error><RequestId>c6104cbe</RequestId></ErrorResponse>",
            "text/xml"
        );

    private OwnAnswer Answer(OwnAsk ask) =>
        ask.Fields["x-amz-target"].ToString() is "secretsmanager.GetSecretValue" ? Value(ask)
        : ask is { Method: "POST", Path: "/" } ? Token(ask)
        : Object(ask);

    private OwnAnswer Token(OwnAsk ask)
    {
        var form = ask.Form;
        var action = form["Action"];
        if (action == "AssumeRole")
        {
            var (key, code) = OwnSignature.Verify(ask, Region, "sts", _keys.GetValueOrDefault, Clock.GetUtcNow());
            if (key is null)
            {
                return No(403, code, $"The request signature we calculated doesn't match: {ask.Fields.Authorization}");
            }
        }
        else if (Unknown(form["WebIdentityToken"]) is { } code)
        {
            return No(400, code, $"Couldn't verify {form["WebIdentityToken"]}");
        }

        var seconds = int.Parse(form["DurationSeconds"], CultureInfo.InvariantCulture);
        if (form["RoleArn"] != Role)
        {
            return No(
                403,
                "AccessDenied",
                $"User: d is not authorized to perform: sts:AssumeRole on resource: {form["RoleArn"]}"
            );
        }

        if (seconds is < 900 or > 3600)
        {
            return No(400, "ValidationError", $"1 validation error detected: Value '{seconds}' at 'durationSeconds'");
        }

        if (
            form.GetValueOrDefault("Policy") is { } policy
            && (policy.Length > 2048 || JsonNode.Parse(policy) is not JsonObject)
        )
        {
            return No(400, "MalformedPolicyDocument", policy);
        }

        return Key(action, form, Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds) + Longer);
    }

    private OwnAnswer Key(string action, Dictionary<string, string> form, DateTimeOffset until)
    {
        var key = new OwnKey(
            $"ASIA{Drawn(8).ToUpperInvariant()}",
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(30)),
            $"FwoGZXIvYXdzE+/{Convert.ToBase64String(RandomNumberGenerator.GetBytes(150))}==",
            until
        )
        {
            Policy = form.GetValueOrDefault("Policy"),
            Arns = string.Join(
                ' ',
                form.Where(one => one.Key.StartsWith("PolicyArns.", StringComparison.Ordinal)).Select(one => one.Value)
            ),
            Arn = $"arn:aws:sts::123456789012:assumed-role/{Assumed}/{form["RoleSessionName"]}",
        };
        _keys[key.Id] = key;
        return new(
            200,
            $"""
            <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <{action}Result>
                <AssumedRoleUser><AssumedRoleId>AROA3XFRBF535:x</AssumedRoleId><Arn>{key.Arn}</Arn></AssumedRoleUser>
                <Credentials>
                  <AccessKeyId>{key.Id}</AccessKeyId>
                  <SecretAccessKey>{key.Value}</SecretAccessKey>
                  <SessionToken>
                   {key.Token}
                  </SessionToken>
                  <Expiration>{key.Until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</Expiration>
                </Credentials>
              </{action}Result>
              <ResponseMetadata><RequestId>c6104cbe-af31</RequestId></ResponseMetadata>
            </{action}Response>
            """,
            "text/xml"
        );
    }

    private OwnAnswer Value(OwnAsk ask)
    {
        var (key, code) = OwnSignature.Verify(
            ask,
            Region,
            "secretsmanager",
            _keys.GetValueOrDefault,
            Clock.GetUtcNow()
        );
        if (key is null)
        {
            return Error(code is "SignatureDoesNotMatch" ? "InvalidSignatureException" : "UnrecognizedClientException");
        }

        var name = (string)ask.Json!["SecretId"]!;
        var arn = $"arn:aws:secretsmanager:{Region}:123456789012:secret:{name}-aB3dE6";
        if (!Allows(key, "secretsmanager:GetSecretValue", arn))
        {
            return Error("AccessDeniedException");
        }

        return Kept.TryGetValue(name, out var text)
            ? OwnAnswer.Of(
                new JsonObject
                {
                    ["ARN"] = arn,
                    ["CreatedDate"] = 1.523477145713E9,
                    ["Name"] = name,
                    ["SecretString"] = text,
                    ["VersionId"] = "a1b2c3d4-5678",
                    ["VersionStages"] = new JsonArray((string?)ask.Json["VersionStage"] ?? "AWSCURRENT"),
                }
            )
            : Error("ResourceNotFoundException");
    }

    private OwnAnswer Object(OwnAsk ask)
    {
        var (key, code) = OwnSignature.Verify(ask, Region, "s3", _keys.GetValueOrDefault, Clock.GetUtcNow());
        if (key is null)
        {
            return new(403, $"<Error><Code>{code}</Code></Error>", "application/xml");
        }

        var name = ask.Path[1..];
        var action = ask.Method == "PUT" ? "s3:PutObject" : "s3:GetObject";
        if (key.Token is null || !Allows(key, action, $"arn:aws:s3:::{name}"))
        {
            return new(403, "<Error><Code>AccessDenied</Code></Error>", "application/xml");
        }

        if (ask.Method == "PUT")
        {
            Objects[name] = ask.Text;
            return new(200, "", "application/xml");
        }

        return Objects.TryGetValue(name, out var text)
            ? new(200, text, "text/plain")
            : new(404, "<Error><Code>NoSuchKey</Code></Error>", "application/xml");
    }

    private string? Unknown(string token)
    {
        if (
            Issuer is null
            || OwnVerifier.Verified(Issuer(), token) is not { } claims
            || (string?)claims["aud"] != Audience
        )
        {
            return "InvalidIdentityToken";
        }

        return DateTimeOffset.FromUnixTimeSeconds((long)claims["exp"]!) <= Clock.GetUtcNow()
            ? "ExpiredTokenException"
            : null;
    }

    // What a session policy doesn't allow its key can't do, whatever the role may; `*` and `?` as IAM has them.
    private static bool Allows(OwnKey key, string action, string resource) =>
        key.Policy is null
        || JsonNode.Parse(key.Policy)!["Statement"]!
            .AsArray()
            .Any(one =>
                (string?)one!["Effect"] == "Allow"
                && Fits((string)one["Action"]!, action)
                && Fits((string)one["Resource"]!, resource)
            );

    private static bool Fits(string pattern, string text) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);

    private static OwnAnswer Error(string type) =>
        new(400, $$"""{"__type":"{{type}}","Message":"It says why."}""", "application/x-amz-json-1.1");

    private static string Drawn(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
