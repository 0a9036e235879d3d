using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What a policy says of programs that dial without a proxy.</summary>
public sealed class DialedTests
{
    [Fact]
    public void Addresses_that_rules_grant_are_those_that_they_name()
    {
        var policy = Rules.Compile(
            [
                "allow: connect 10.1.2.3:6379",
                "ask: connect [fd00::7]:*",
                "allow: http GET http://10.1.2.4:8080/x",
                "allow: connect 10.1.2.3:22",
                "allow: connect **:443",
                "allow: connect db.example:5432",
                "deny: connect 10.9.9.9:*",
            ],
            ["allow: connect 10.8.8.8:*"]
        );

        policy.GrantedAddresses().Select(a => a.ToString()).ShouldBe(["10.1.2.3", "fd00::7", "10.1.2.4"], true);
    }

    [Theory]
    [InlineData("allow: http POST http://a.example:8080/x", 8080, true)]
    [InlineData("allow: http POST http://a.example:8080/x", 8081, false)]
    [InlineData("allow: http GET http://a.example/x", 80, true)]
    [InlineData("allow: http GET *://a.example:*/x", 99, true)]
    [InlineData("allow: http GET https://a.example:8080/x", 8080, false)]
    [InlineData("allow: connect a.example:8080", 8080, false)]
    [InlineData("deny: http GET http://a.example:8080/x", 8080, false)]
    public void Requests_in_the_clear_could_be_granted_where_a_rule_grants_one(string rule, int port, bool could)
    {
        HostName.TryParse("a.example", out var host, out _).ShouldBeTrue();

        Rules.Compile(rule).CouldGrantCleartext(host, port, Rules.Now).ShouldBe(could);
    }

    [Fact]
    public void A_baseline_that_lists_others_takes_them()
    {
        HostName.TryParse("a.example", out var host, out _).ShouldBeTrue();
        var policy = Rules.Compile(
            ["allow: http GET http://a.example:8080/x", "allow: connect a.example:6379"],
            ["allow: http GET http://b.example:8080/x", "allow: connect b.example:6379"]
        );

        policy.CouldGrantCleartext(host, 8080, Rules.Now).ShouldBeFalse();
        policy.CouldDial(host, Circumstances.At(Rules.Now)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("allow: connect a.example:6379", true)]
    [InlineData("ask: connect *.example:6379", true)]
    [InlineData("allow: connect a.example:*", true)]
    [InlineData("allow: http POST http://a.example:8080/x", true)]
    [InlineData("allow: http POST https://a.example:8443/x", true)]
    [InlineData("allow: connect b.example:6379", false)]
    [InlineData("deny: connect a.example:6379", false)]
    public void A_name_could_be_dialed_where_some_rule_names_a_port_of_it(string rule, bool could)
    {
        HostName.TryParse("a.example", out var host, out _).ShouldBeTrue();

        Rules.Compile(rule).CouldDial(host, Circumstances.At(Rules.Now)).ShouldBe(could);
    }
}
