using Bartizan.Control.People;

namespace Bartizan.Control.Tests.People;

public sealed class ApiTokenTests
{
    // The guards' table of secrets knows tokens by this shape: `SecretScanTests` finds the same text.
    [Theory]
    [InlineData("bzt_k7qz2mfa_3w6ndr5tyx2bqh4mzc7sfj2kpv6gla3e3b8ed2b", true)]
    [InlineData("bzt_k7qz2mfa_3w6ndr5tyx2bqh4mzc7sfj2kpv6gla3e3b8ed2c", false)]
    [InlineData("bzt_k7qz2mfb_3w6ndr5tyx2bqh4mzc7sfj2kpv6gla3e3b8ed2b", false)]
    public void A_token_is_known_by_its_checksum(string text, bool isOne) =>
        ApiToken.IsWellFormed(text).ShouldBe(isOne);

    [Fact]
    public void A_token_that_is_made_has_that_shape()
    {
        var (_, text) = ApiToken.Make("alice@example.com", "one", [], DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1));

        text.Length.ShouldBe("bzt_k7qz2mfa_3w6ndr5tyx2bqh4mzc7sfj2kpv6gla3e3b8ed2b".Length);
        text.ShouldMatch("\\Abzt_[a-z2-7]{8}_[a-z2-7]{32}[0-9a-f]{7}\\z");
    }
}
