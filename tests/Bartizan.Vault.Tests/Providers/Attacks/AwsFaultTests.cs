using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Tests.Providers.Aws;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Attacks;

/// <summary>What goes wrong at AWS, and what AWS says of it: nothing more is lent, and no message holds what was shown.</summary>
public sealed class AwsFaultTests
{
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(400, "Throttling")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(429, "TooManyRequestsException")]
    [InlineData(400, "IDPCommunicationError")]
    public async Task What_it_has_no_time_for_is_asked_again_with_another_signature(int status, string code)
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        there.Server.Instead.Enqueue(OwnAws.No(status, code, "Rate exceeded"));

        (await house.UseInTimeAsync("s3", s_wait)).ShouldBe(there.Made.Single().Value);

        there.Server.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task It_is_waited_for_as_it_says_and_not_for_ever()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        var busy = OwnAws.No(503, "Throttling", "Rate exceeded");
        there.Server.Instead.Enqueue(busy with { Fields = new() { ["Retry-After"] = "2" } });
        (await house.UseInTimeAsync("s3", TimeSpan.FromSeconds(2))).ShouldNotBeEmpty();
        house.Open();
        there.Server.Instead.Enqueue(busy with { Fields = new() { ["Retry-After"] = "600" } });

        (await house.RefusedAsync("s3")).ShouldContain("has too much to do (Throttling)");

        there.Made.Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(400, "ExpiredTokenException", "the token has expired")]
    [InlineData(400, "RequestTimeTooSkewed", "this machine's clock is wrong")]
    [InlineData(403, "SignatureDoesNotMatch", "the signature is wrong")]
    [InlineData(403, "AccessDenied", "forbids it: ")]
    [InlineData(400, "PackedPolicyTooLarge", "refused it (PackedPolicyTooLarge)")]
    [InlineData(500, "InternalFailure", "failed (InternalFailure)")]
    [InlineData(400, "Not a code: <script>", "refused it (400)")]
    public async Task A_refusal_is_told_by_its_code_and_asked_again_by_nobody(int status, string code, string expected)
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        there.Server.Instead.Enqueue(OwnAws.No(status, System.Security.SecurityElement.Escape(code), "Words."));

        (await house.RefusedAsync("s3")).ShouldContain(expected);

        there.Server.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_told_and_no_signature_of_another_time_counts()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        there.Clock = TimeProvider.System;

        (await house.RefusedAsync("s3")).ShouldContain("this machine's clock is wrong: set it (RequestTimeTooSkewed)");
    }

    [Theory]
    [InlineData("inventory.example")]
    [InlineData("sts.amazonaws.com.evil.example")]
    public async Task A_token_for_another_audience_is_taken_by_nobody_and_repeated_nowhere(string audience)
    {
        var (house, there) = await AwsHouse.OpenAsync(federated: true);
        await using var _ = house;
        await using var server = there;
        there.Audience = audience;

        var says = await house.RefusedAsync("s3");

        says.ShouldContain("doesn't take the identity token");
        (says + string.Join('\n', house.Log)).ShouldNotContain(
            there.Server.All.Single().Form["WebIdentityToken"][..40]
        );
    }

    [Fact]
    public async Task A_key_that_counts_longer_than_was_asked_for_is_a_finding_and_not_lent()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        there.Longer = TimeSpan.FromMinutes(6);

        (await house.RefusedAsync("s3")).ShouldContain("longer than the 20 minutes asked for");

        house.Log.ShouldContain(one =>
            one.StartsWith("Finding provider:cloud/sts#SecretAccessKey wider-credential", StringComparison.Ordinal)
        );
        there.Longer = TimeSpan.Zero;
        house.Clock.Advance(TimeSpan.FromMinutes(1));
        await house.UseAsync("s3");
    }

    [Fact]
    public async Task A_key_of_another_role_is_a_finding_and_not_lent()
    {
        var (house, there) = await AwsHouse.OpenAsync(federated: true);
        await using var _ = house;
        await using var server = there;
        there.Assumed = "admin";

        (await house.RefusedAsync("s3")).ShouldContain("another role's session");
        (await house.RefusedAsync("password")).ShouldContain("another role's session");

        house.Log.ShouldContain(one => one.StartsWith("Finding ", StringComparison.Ordinal));
        there.Server.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>")]
    [InlineData("<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]>")]
    public async Task An_answer_with_a_document_type_is_none(string head)
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        await house.UseAsync("s3");
        var good = Good(house, there);
        there.Server.Instead.Enqueue(new OwnAnswer(200, head + good, "text/xml"));
        house.Open();

        (await house.RefusedAsync("s3")).ShouldContain("gave no key that can be read");
    }

    [Theory]
    [InlineData("<AccessKeyId>AKIAOTHER</AccessKeyId>")]
    [InlineData("<SessionToken>other</SessionToken>")]
    [InlineData("<Expiration>2099-01-01T00:00:00Z</Expiration>")]
    public async Task An_answer_that_says_a_thing_twice_is_none(string twice)
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        var good = Good(house, there);
        there.Server.Instead.Enqueue(new(200, good.Replace("<Credentials>", $"<Credentials>{twice}"), "text/xml"));

        (await house.RefusedAsync("s3")).ShouldContain("gave no key that can be read");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task Nobody_is_followed_elsewhere(int status)
    {
        var (house, there) = await AwsHouse.OpenAsync(federated: true);
        await using var _ = house;
        await using var server = there;
        await using var elsewhere = await OwnServer.StartAsync(ask => new OwnAnswer(200, "", "text/xml"));
        there.Server.Instead.Enqueue(
            new OwnAnswer(status, "") { Fields = { ["Location"] = elsewhere.Url.AbsoluteUri } }
        );

        (await house.RefusedAsync("s3")).ShouldContain("sends elsewhere");

        elsewhere.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_that_is_too_long_or_lost_is_no_key_and_the_next_use_has_one()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        there.Server.Instead.Enqueue(new OwnAnswer(200, new string('a', ProviderHttp.MaxReplyBytes + 1), "text/xml"));
        (await house.RefusedAsync("s3")).ShouldContain("was lost");
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        there.Server.Lost = 1;
        (await house.RefusedAsync("s3")).ShouldContain("was lost");
        house.Clock.Advance(TimeSpan.FromSeconds(1));

        (await house.UseAsync("s3")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_value_that_is_not_there_is_named_and_another_ones_is_not_taken()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        (await house.RefusedAsync("missing")).ShouldContain("refused it (ResourceNotFoundException)");
        house.Clock.Advance(TimeSpan.FromSeconds(5));
        there.Kept["shop/database"] = """{"password":"a","password":"b"}""";
        (await house.RefusedAsync("password")).ShouldContain("has no field `password` in `shop/database`");
    }

    [Fact]
    public async Task A_private_authority_is_trusted_for_this_provider_alone()
    {
        using var outside = new TestAuthority("Outside");
        var there = await OwnAws.StartAsync(outside.Sign("127.0.0.1"));
        await using var server = there;
        var terms = CloudHouse.Provider(
            ProviderKind.Aws,
            there.Url,
            ("region", OwnAws.Region),
            ("auth.role", OwnAws.Role),
            ("secrets", there.Url.AbsoluteUri)
        );
        var own = $"{OwnAws.KeyId}:{OwnAws.KeySecret}";
        var source = CloudHouse.Of("s3", "sts#SecretAccessKey");
        await using var house = new CloudHouse(terms with { CertificateAuthority = outside.File }, own, null, source);
        there.Clock = house.Clock;
        (await house.UseAsync("s3")).ShouldNotBeEmpty();
        await using var without = new CloudHouse(terms, own, null, source);

        (await without.RefusedAsync("s3")).ShouldContain("its certificate isn't trusted");
    }

    private static string Good(CloudHouse house, OwnAws there) =>
        $"""
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
            <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/{there.Assumed}/triage-{house.Session}</Arn></AssumedRoleUser>
            <Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
            <Expiration>{house.Clock.GetUtcNow().AddMinutes(
                10
            ).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</Expiration></Credentials>
            </AssumeRoleResult></AssumeRoleResponse>
            """;
}
