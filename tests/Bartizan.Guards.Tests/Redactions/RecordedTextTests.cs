using Bartizan.Guards.Redactions;

namespace Bartizan.Guards.Tests.Redactions;

/// <summary>What nobody asked for is recorded without the credentials in it.</summary>
public sealed class RecordedTextTests
{
    private const string Key = "glpat-Zq8LmT4xWv2RbKd7Nh5Y";

    [Theory]
    [InlineData("curl -H 'Authorization: Bearer " + Key + "' https://h.example", Key)]
    [InlineData("git clone https://me:" + Key + "@h.example/x", Key)]
    [InlineData("git clone https://me:rosebud99@h.example/x", "rosebud99")]
    [InlineData("X_PASSWORD=hunter-two ./go", "hunter-two")]
    [InlineData("export DB_PASSWORD='two words'; psql", "two words")]
    [InlineData("psql --password hunter --host h", "hunter")]
    [InlineData("/tmp/" + Key + "/x", Key)]
    public void A_credential_is_not_in_it(string text, string secret)
    {
        var recorded = RecordedText.Of(text);
        recorded.ShouldNotContain(secret);
        recorded.ShouldContain(RecordedText.Instead);
    }

    [Fact]
    public void The_argument_after_an_option_that_names_one_is_not_in_it() =>
        RecordedText
            .OfArguments(["prog", "--token", "short", "--api-key=k", "-v", "password"])
            .ShouldBe(["prog", "--token", "***", "--api-key=***", "-v", "password"]);

    [Theory]
    [InlineData("git commit -m 'The token bucket is smaller'")]
    [InlineData("/workspace/src/PasswordBox.cs")]
    [InlineData("/usr/bin/ls -l --color=auto /tmp")]
    public void Nothing_else_is_taken_out(string text) => RecordedText.Of(text).ShouldBeSameAs(text);
}
