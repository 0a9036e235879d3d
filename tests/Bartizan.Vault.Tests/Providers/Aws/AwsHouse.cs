using Bartizan.Core.Manifests;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Aws;

/// <summary>A session whose manifest names AWS.</summary>
internal static class AwsHouse
{
    public const string Policy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}]}""";

    public static async Task<(CloudHouse House, OwnAws There)> OpenAsync(bool federated = false, string? own = null)
    {
        var there = await OwnAws.StartAsync();
        var house = new CloudHouse(
            CloudHouse.Provider(
                ProviderKind.Aws,
                there.Url,
                ("region", OwnAws.Region),
                (federated ? "auth.web_identity" : "auth.role", OwnAws.Role),
                ("secrets", there.Url.AbsoluteUri)
            ),
            own ?? $"{OwnAws.KeyId}:{OwnAws.KeySecret}",
            federated ? there.Audience : null,
            CloudHouse.Of("s3", "sts#SecretAccessKey", ("policy", Policy)) with
            {
                Ttl = TimeSpan.FromMinutes(20),
            },
            CloudHouse.Of("password", "secretsmanager/shop/database#password"),
            CloudHouse.Of("whole", "secretsmanager/shop/text#SecretString"),
            CloudHouse.Of("missing", "secretsmanager/shop/none#SecretString")
        );
        there.Clock = house.Clock;
        there.Issuer = () => house.PublicKeys;
        there.Kept["shop/database"] = """{"username":"shop","password":"kept-password-4711"}""";
        there.Kept["shop/text"] = "kept-text-4711";
        return (house, there);
    }
}
