using Bartizan.Core.Manifests;
using Bartizan.Vault.Providers.Aws;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Aws;

public sealed class AwsStsTests
{
    [Theory]
    [InlineData(false, "AssumeRole")]
    [InlineData(true, "AssumeRoleWithWebIdentity")]
    public async Task A_role_is_assumed_for_no_more_than_the_session_policy_and_the_time_that_the_manifest_says(
        bool federated,
        string action
    )
    {
        var (house, there) = await AwsHouse.OpenAsync(federated);
        await using var _ = house;
        await using var server = there;

        var secret = await house.UseAsync("s3");

        var form = there.Server.All.Single().Form;
        form["Action"].ShouldBe(action);
        form["DurationSeconds"].ShouldBe("1200");
        form["Policy"].ShouldBe(AwsHouse.Policy);
        form["RoleSessionName"].ShouldBe($"triage-{house.Session}");
        form.ContainsKey("WebIdentityToken").ShouldBe(federated);
        there.Server.All.Single().Fields.Authorization.Count.ShouldBe(federated ? 0 : 1);
        var key = there.Made.Single();
        secret.ShouldBe(key.Value);
        house.Log.ShouldContain(one => one.Contains("cloud/sts lent: ", StringComparison.Ordinal));
        house.Log.ShouldContain(one => one.Contains($"key {key.Id} of {key.Arn}", StringComparison.Ordinal));
        house.Book.ShouldBeEmpty();
        var told = string.Join('\n', house.Log);
        told.ShouldNotContain(OwnAws.KeySecret);
        told.ShouldNotContain(key.Value);
        told.ShouldNotContain(key.Token!);
    }

    [Fact]
    public async Task A_key_comes_with_its_id_and_the_token_of_its_session()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;

        using var lease = await house.Lender.LendAsync(house.Session, "s3", null, default);

        var (id, token) = ("", "");
        lease.ApplyPart(CredentialPlace.KeyIdPart, text => id = text.ToString()).ShouldBeTrue();
        lease.ApplyPart(CredentialPlace.KeyTokenPart, text => token = text.ToString()).ShouldBeTrue();
        lease.ApplyPart("Other", text => id = "").ShouldBeFalse();
        (id, token).ShouldBe((there.Made.Single().Id, there.Made.Single().Token));
        house.Lender.Close(house.Session);
        Should.Throw<ObjectDisposedException>(() => lease.ApplyPart(CredentialPlace.KeyTokenPart, text => { }));
    }

    [Fact]
    public async Task Another_is_made_when_half_of_its_time_is_over_and_a_session_has_its_own()
    {
        var (house, there) = await AwsHouse.OpenAsync(federated: true);
        await using var _ = house;
        await using var server = there;
        var first = await house.UseAsync("s3");

        house.Clock.Advance(TimeSpan.FromMinutes(9));
        (await house.UseAsync("s3")).ShouldBe(first);
        house.Clock.Advance(TimeSpan.FromMinutes(2));
        (await house.UseAsync("s3")).ShouldNotBe(first);

        // The identity's token was another by then: its time was over.
        there.Server.All.Select(ask => ask.Form["WebIdentityToken"]).Distinct().Count().ShouldBe(2);
        house.Open();
        await house.UseAsync("s3");
        there.Made.Count().ShouldBe(3);
    }

    [Fact]
    public async Task The_arns_of_policies_are_said_too_and_a_short_time_is_the_shortest_that_there_is()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        house.Sources.Add(
            CloudHouse.Of(
                "own-arns",
                "sts#SecretAccessKey",
                ("policy_arns", "arn:aws:iam::aws:policy/A arn:aws:iam::aws:policy/B")
            ) with
            {
                Ttl = TimeSpan.FromMinutes(5),
            }
        );
        house.Open();

        await house.UseAsync("own-arns");

        there.Made.Single().Arns.ShouldBe("arn:aws:iam::aws:policy/A arn:aws:iam::aws:policy/B");
        there.Server.All.Single().Form["DurationSeconds"].ShouldBe("900");
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        await house.UseAsync("own-arns");
        there.Made.Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_value_of_secrets_manager_is_read_by_a_key_that_can_do_nothing_else()
    {
        var (house, there) = await AwsHouse.OpenAsync(federated: true);
        await using var _ = house;
        await using var server = there;

        (await house.UseAsync("password")).ShouldBe("kept-password-4711");
        (await house.UseAsync("whole")).ShouldBe("kept-text-4711");

        foreach (var key in there.Made)
        {
            key.Policy!.ShouldContain("\"secretsmanager:GetSecretValue\"");
            key.Policy!.ShouldContain($"arn:aws:secretsmanager:{OwnAws.Region}:123456789012:secret:shop/");
            (key.Until - house.Clock.GetUtcNow()).ShouldBe(TimeSpan.FromMinutes(15));
        }

        house.Log.ShouldContain(one => one.Contains("issued: version a1b2c3d4-5678", StringComparison.Ordinal));
        string.Join('\n', house.Log).ShouldNotContain("4711", customMessage: "a value is in the log");
    }

    [Fact]
    public async Task Nothing_is_asked_for_that_can_not_be_recorded()
    {
        var (house, there) = await AwsHouse.OpenAsync();
        await using var _ = house;
        await using var server = there;
        await house.UseAsync("whole");
        var asked = there.Server.Asked.Count;
        house.IsLogFull = true;

        await Should.ThrowAsync<IOException>(() => house.UseAsync("s3"));

        there.Server.Asked.Count.ShouldBe(asked);
    }

    [Theory]
    [InlineData("only-an-id")]
    [InlineData(":secret")]
    [InlineData("AKIA X:secret")]
    [InlineData("AKIAX:sec ret")]
    public async Task What_is_no_key_is_shown_to_nobody(string own)
    {
        var (house, there) = await AwsHouse.OpenAsync(own: own);
        await using var _ = house;
        await using var server = there;

        (await house.RefusedAsync("s3")).ShouldContain("isn't `ID:SECRET`");

        there.Server.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void The_session_is_called_by_its_id_however_long_the_agents_name_is()
    {
        var name = AwsRole.SessionNameOf(new string('a', 99) + "ä", "s-0123456789abcdef");

        name.Length.ShouldBe(64);
        name.ShouldEndWith("-s-0123456789abcdef");
    }
}
