using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <content>Clouds as providers of credentials.</content>
internal static partial class ManifestShape
{
    private static ImmutableArray<ManifestKey> CloudProviderKeys =>
        [
            Known("region", AwsWord, "The region of AWS, such as `eu-central-1`."),
            Known(
                "secrets",
                _url,
                "Where the cloud keeps values: Secrets Manager, Secret Manager, a Key Vault; their own address, when left out and there is one."
            ),
            Known("tokens", _url, "Where Google makes tokens of service accounts; its own address, when left out."),
        ];

    private static ImmutableArray<ManifestKey> CloudSignInKeys =>
        [
            Known("role", AwsRole, "The ARN of the role that is assumed on AWS; `with` is a key, `ID:SECRET`."),
            Known(
                "web_identity",
                AwsRole,
                "The ARN of the role that is assumed on AWS; `with` is `identity:AUDIENCE`, or another issuer's token."
            ),
            Known(
                "service_account",
                new Shape.Text("a service account's address")
                {
                    MaxLength = 128,
                    Expression = "^[a-z0-9.-]+@[a-z0-9.-]+$",
                    Problem = text =>
                        text.Split('@') is [var name, var domain]
                        && CloudTerms.IsName(name, ".-")
                        && CloudTerms.IsName(domain, ".-")
                            ? null
                            : "is no service account's address",
                },
                "Google's service account that tokens are made of; without `pool`, `with` is a service account's key."
            ),
            Known(
                "pool",
                new Shape.Text("a provider of a workload identity pool")
                {
                    MaxLength = 256,
                    Expression =
                        "^projects/[0-9]+/locations/global/workloadIdentityPools/[a-z0-9-]+/providers/[a-z0-9-]+$",
                    Problem = text =>
                        text.Split('/')
                            is [
                                "projects",
                                var number,
                                "locations",
                                "global",
                                "workloadIdentityPools",
                                var pool,
                                "providers",
                                var provider,
                            ]
                        && number.Length > 0
                        && number.All(char.IsAsciiDigit)
                        && CloudTerms.IsName(pool, "-")
                        && CloudTerms.IsName(provider, "-")
                            ? null
                            : "is no `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`",
                },
                "The workload identity pool's provider that takes the token; `with` is `identity:AUDIENCE`, or another issuer's token."
            ),
            Known(
                "client",
                ClientName,
                "The id of an application, or of an OAuth client; `with` is its secret, or its private key."
            ),
            Known("tenant", ProviderRole, "The tenant of Azure, by its id or domain."),
            Known(
                "federated",
                ProviderRole,
                "The id of Azure's application; `with` is `identity:AUDIENCE`, or another issuer's token."
            ),
        ];

    private static Shape.Text AwsRole =>
        new("a role's ARN")
        {
            MaxLength = 256,
            Expression = "^arn:aws(-[a-z-]+)?:iam::[0-9]{12}:role/.+$",
            Problem = text =>
                text.Split(':') is ["arn", var partition, "iam", "", { Length: 12 } account, var role]
                && partition.StartsWith("aws", StringComparison.Ordinal)
                && CloudTerms.IsName(partition, "-")
                && account.All(char.IsAsciiDigit)
                && role.StartsWith("role/", StringComparison.Ordinal)
                && role[5..].Split('/').All(part => CloudTerms.IsName(part, "_+=,.@-"))
                    ? null
                    : "is no role's ARN, such as `arn:aws:iam::123456789012:role/reader`",
        };
}
