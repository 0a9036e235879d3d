using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

public sealed class FakeResolverTests
{
    [Fact]
    public async Task Every_name_has_an_address_and_keeps_it()
    {
        await using var house = new EgressHouse("allow: connect a.example:443");
        var first = Question.AddressOf(await house.AskDnsAsync(Question.Of("a.example")));
        var denied = Question.AddressOf(await house.AskDnsAsync(Question.Of("b.example")));
        var again = Question.AddressOf(await house.AskDnsAsync(Question.Of("A.EXAMPLE")));
        first.ShouldBe(IPAddress.Parse("127.1.0.1"));
        denied.ShouldBe(IPAddress.Parse("127.1.0.2"));
        again.ShouldBe(first);
        house.Network.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task There_is_no_ipv6_and_that_is_no_error()
    {
        await using var house = new EgressHouse();
        var answer = await house.AskDnsAsync(Question.Of("a.example", Question.Aaaa));
        (Question.CodeOf(answer), Question.AnswersOf(answer)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Localhost_is_the_sandbox_itself()
    {
        await using var house = new EgressHouse();
        Question.AddressOf(await house.AskDnsAsync(Question.Of("localhost"))).ShouldBe(IPAddress.Loopback);
    }

    [Theory]
    [InlineData("a.example", 16, 4)]
    [InlineData("a.example", 15, 4)]
    [InlineData("a.example", 10, 4)]
    [InlineData("a.example", 255, 4)]
    [InlineData("a.example", 65, 4)]
    [InlineData("1.0.1.127.in-addr.arpa", 12, 5)]
    [InlineData("a_b.example", 1, 3)]
    [InlineData("127.0.0.1", 1, 3)]
    public async Task Everything_else_is_answered_without_an_answer(string name, int type, int code)
    {
        await using var house = new EgressHouse();
        var answer = await house.AskDnsAsync(Question.Of(name, type));
        (Question.CodeOf(answer), Question.AnswersOf(answer)).ShouldBe((code, 0));
    }

    [Fact]
    public async Task A_name_that_nothing_could_follow_is_in_the_log_once()
    {
        await using var house = new EgressHouse("allow: connect a.example:443");
        await house.AskDnsAsync(Question.Of("a.example"));
        await house.AskDnsAsync(Question.Of("c2VjcmV0.evil.example"));
        await house.AskDnsAsync(Question.Of("c2VjcmV0.evil.example"));
        var refusals = house.Host.Entries.Where(e => e.Kind == EntryKind.Refusal).ToList();
        refusals.ShouldHaveSingleItem().Target.ShouldBe("c2vjcmv0.evil.example:53");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(26)]
    public void A_cut_message_is_no_query(int bytes) =>
        DnsQuery.TryParse(Question.Of("a.example").AsSpan(0, bytes), out _).ShouldBeFalse();

    [Fact]
    public void An_answer_two_questions_and_a_pointer_are_no_query()
    {
        var answer = Question.Of("a.example");
        answer[2] |= 0x80;
        DnsQuery.TryParse(answer, out _).ShouldBeFalse();
        var two = Question.Of("a.example");
        two[5] = 2;
        DnsQuery.TryParse(two, out _).ShouldBeFalse();
        var pointer = Question.Of("a.example");
        (pointer[12], pointer[13]) = (0xC0, 0x0C);
        DnsQuery.TryParse(pointer, out _).ShouldBeFalse();
        DnsQuery.TryParse(Question.Of("a.example"), out _).ShouldBeTrue();
    }

    [Fact]
    public void A_dot_inside_a_label_makes_no_other_name()
    {
        var query = Question.Of("axexample");
        query[14] = (byte)'.';
        DnsQuery.TryParse(query, out var parsed).ShouldBeTrue();
        HostName.TryParse(parsed.Name, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_name_longer_than_dns_allows_is_no_query()
    {
        var label = new string('a', 63);
        DnsQuery.TryParse(Question.Of($"{label}.{label}.{label}.{label}.{label}"), out _).ShouldBeFalse();
    }

    [Fact]
    public void Seventy_thousand_names_hold_no_more_than_the_bound_and_old_addresses_stand_for_nobody()
    {
        var names = new FakeNames(4096);
        var first = names.AddressOf(Name(0), out _);
        for (var i = 1; i < 70_000; i++)
        {
            names.AddressOf(Name(i), out var added);
            added.ShouldBeTrue();
        }

        names.Count.ShouldBe(4096);
        if (names.TryFind(first, out var found))
        {
            // The range went round once: the address may stand for a new name, never for the old one.
            found.ShouldNotBe(Name(0));
        }

        names.TryFind(names.AddressOf(Name(69_999), out _), out var last).ShouldBeTrue();
        last.ShouldBe(Name(69_999));
        names.TryFind(names.AddressOf(Name(1), out var again), out _).ShouldBeTrue();
        again.ShouldBeTrue();
    }

    [Fact]
    public void A_name_in_use_stays_while_others_go()
    {
        var names = new FakeNames(10);
        var kept = names.AddressOf(Name(0), out _);
        for (var i = 1; i < 1000; i++)
        {
            names.AddressOf(Name(i), out _);
            names.TryFind(kept, out var name).ShouldBeTrue();
            name.ShouldBe(Name(0));
        }
    }

    [Theory]
    [InlineData("127.1.0.9")]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.0.1")]
    [InlineData("::1")]
    public void An_address_that_was_never_given_stands_for_nobody(string address)
    {
        var names = new FakeNames(10);
        names.AddressOf(Name(0), out _);
        names.TryFind(IPAddress.Parse(address), out _).ShouldBeFalse();
    }

    private static HostName Name(int number) =>
        HostName.TryParse($"n{number}.example", out var name, out var problem)
            ? name
            : throw new InvalidOperationException(problem);
}
