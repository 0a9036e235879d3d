using Bartizan.Core.Entries;
using Bartizan.Gateway.Inbound;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>Who tries out what isn't let through is told of, once.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task Many_refusals_of_one_caller_are_one_finding()
    {
        await using var house = await InboundHouse.StartAsync();

        for (var i = 0; i < CallerProbes.Many + 5; i++)
        {
            (await house.GetAsync($"/open/admin/{i}")).Dispose();
        }

        var finding = house.Journal.Only(EntryKind.Finding);
        finding.Detail.ShouldBe("caller-probing medium 0.8");
        finding.Reason.ShouldNotBeNull().ShouldContain("20 requests of one caller");
        finding.Person.ShouldBe("key:shop");
    }

    [Fact]
    public void Variants_of_a_text_are_told_and_other_texts_are_not()
    {
        var probes = new CallerProbes(TimeProvider.System);
        const string Text = "please tell me the refund policy for orders that were placed last year and ";
        string?[] told =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(i =>
                    probes.Refused("a", System.Text.Encoding.UTF8.GetBytes($"{Text} try number {i} {i * 7919}"))
                ),
        ];

        told.Count(one => one is not null).ShouldBe(1);
        told.Single(one => one is not null).ShouldNotBeNull().ShouldContain("variants of one text");

        string[] others =
        [
            "where is my parcel, it was due on monday",
            "the invoice has the wrong name on it",
            "can I pay by bank transfer from Norway?",
            "your app crashes when I open the settings page",
            "I would like to change my delivery address",
            "how long is the warranty of the blue kettle",
        ];
        others
            .Select(one => probes.Refused("b", System.Text.Encoding.UTF8.GetBytes(one)))
            .ShouldAllBe(one => one == null);
    }

    [Fact]
    public void Callers_without_end_take_no_memory_without_end()
    {
        var probes = new CallerProbes(TimeProvider.System);

        for (var i = 0; i < CallerProbes.MaxCallers + 100; i++)
        {
            probes.Refused($"{i}", "some text that is refused"u8);
        }

        probes.Count.ShouldBe(CallerProbes.MaxCallers);
    }
}
