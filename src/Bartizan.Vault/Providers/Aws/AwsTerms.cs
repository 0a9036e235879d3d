using System.Text.Json.Nodes;

namespace Bartizan.Vault.Providers.Aws;

/// <summary>Which role is assumed, and how.</summary>
/// <param name="Role">The role.</param>
/// <param name="SessionName">The name that AWS's own log shall have.</param>
/// <param name="Region">The region.</param>
/// <param name="IsFederated">True when it is assumed by a token of an identity, false by a key.</param>
internal sealed record AwsTerms(AwsRole Role, string SessionName, string Region, bool IsFederated)
{
    /// <summary>The session policy under which one value of Secrets Manager is read: nothing else can be done with that key.</summary>
    public string PolicyToRead(string name) =>
        new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Action"] = "secretsmanager:GetSecretValue",

                    // Six characters that Secrets Manager draws end every ARN.
                    ["Resource"] = $"arn:{Role.Partition}:secretsmanager:{Region}:{Role.Account}:secret:{name}-??????",
                },
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Action"] = "kms:Decrypt",
                    ["Resource"] = "*",
                    ["Condition"] = new JsonObject
                    {
                        ["StringEquals"] = new JsonObject
                        {
                            ["kms:ViaService"] = $"secretsmanager.{Region}.{Role.Suffix}",
                        },
                    },
                }
            ),
        }.ToJsonString();
}
