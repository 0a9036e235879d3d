using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What conditions and arguments say is cut into atoms: one that implies another is seen to.</summary>
public sealed class ConditionNarrowingTests
{
    [Theory]
    [InlineData("args.limit <= 50", "args.limit <= 100")]
    [InlineData("args.limit < 51", "args.limit <= 100")]
    [InlineData("args.limit == 7", "args.limit > 0 && args.limit < 10")]
    [InlineData("args.limit in [1, 2]", "args.limit in [1, 2, 3]")]
    [InlineData("args.limit in [1, 2]", "args.limit == 1 || args.limit == 2")]
    [InlineData("args.x == 0.5", "args.x < 0.75")]
    [InlineData("args.region == \"eu\"", "args.region in [\"eu\", \"us\"]")]
    [InlineData("args.region == \"eu\"", "args.region != \"us\"")]
    [InlineData("args.path.startsWith(\"/srv/data/\")", "args.path.startsWith(\"/srv/\")")]
    [InlineData("args.mail.endsWith(\"@a.example\")", "args.mail.endsWith(\".example\")")]
    [InlineData("args.mail.endsWith(\"@a.example\")", "args.mail.contains(\"@\")")]
    [InlineData("size(args.title) <= 100", "size(args.title) <= 200")]
    [InlineData("args.name < \"b\"", "args.name < \"c\"")]
    [InlineData("args.deep.limit <= 50", "args.deep.limit <= 100")]
    [InlineData("args.dry_run == true", "args.dry_run")]
    [InlineData("!has(args.force)", "!has(args.force) || args.force == false")]
    [InlineData("\"a\" in args.tags", "\"a\" in args.tags || \"b\" in args.tags")]
    [InlineData("size(args.tags) == 0", "size(args.tags) < 3")]
    [InlineData("!(\"untrusted\" in session.labels)", "size(session.labels) < 3")]
    [InlineData("size(session.labels) == 0", "!(\"secret\" in session.labels)")]
    [InlineData("time.hour >= 9 && time.hour < 17", "time.hour >= 8 && time.hour < 18")]
    [InlineData("time.weekday in [\"Mon\", \"Tue\"]", "!(time.weekday in [\"Sat\", \"Sun\"])")]
    [InlineData("time.date < \"2027-01-01\"", "time.date <= \"2027-06-30\"")]
    [InlineData("time.date < \"2020-01-01\"", "args.limit == 1")]
    [InlineData("user.id == \"ann@example.com\"", "user.id.endsWith(\"@example.com\")")]
    [InlineData("user.id == \"ann@example.com\"", "\"team\" in user.groups")]
    [InlineData("action.count <= 3", "action.count < 10")]
    [InlineData("!action.bulk", "action.count == 1")]
    [InlineData("env.name == \"production\"", "args.limit == 1")]
    [InlineData("args.a == args.b && args.limit < 3", "args.a == args.b")]
    [InlineData("args.a == args.b", "!(args.a != args.b)")]
    [InlineData(
        "(args.a == 1 || args.b == 1) && args.c == 1",
        "args.c == 1 && (args.b == 1 || args.a == 1 || args.d == 1)"
    )]
    [InlineData("user.region == resource.region", "resource.region == user.region")]
    public void What_implies_another_condition_is_proved_and_not_the_reverse(string less, string more)
    {
        var proof = Prove(Allow(less), Allow(more));
        proof.Answer.ShouldBe(NarrowingAnswer.Proved, string.Join(", ", proof.Excesses));

        // A denial under more conditions denies less.
        Prove(Deny(more), Deny(less)).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Theory]
    [InlineData("args.limit <= 100", "args.limit <= 50", "{\"limit\":")]
    [InlineData("args.limit <= 50", "args.limit < 50", "{\"limit\":50}")]
    [InlineData("args.region in [\"eu\", \"us\"]", "args.region == \"eu\"", "{\"region\":\"us\"}")]
    [InlineData("args.path.startsWith(\"/srv/\")", "args.path.startsWith(\"/srv/data/\")", "{\"path\":\"/srv/\"}")]
    [InlineData("size(args.title) <= 6", "size(args.title) <= 5", "{\"title\":\"xxxxxx\"}")]
    [InlineData("has(args.dry_run)", "args.dry_run", "{\"dry_run\":")]
    [InlineData("args.deep.limit <= 51", "args.deep.limit <= 50", "{\"deep\":{\"limit\":51}}")]
    [InlineData("\"a\" in args.tags", "\"b\" in args.tags", "{\"tags\":[\"a\"")]
    public void More_is_refuted_by_arguments(string a, string b, string arguments)
    {
        var proof = Prove(Allow(a), Allow(b));

        proof.Answer.ShouldBe(NarrowingAnswer.Refuted, string.Join(", ", proof.Excesses));
        proof.Excesses.Single().Asked!.Arguments.GetRawText().ShouldStartWith(arguments);
        Differs(proof, Allow(a), Allow(b));
    }

    [Theory]
    [InlineData("time.hour < 18", "time.hour < 17")]
    [InlineData("time.weekday != \"Sun\"", "time.weekday in [\"Mon\", \"Tue\", \"Wed\", \"Thu\", \"Fri\"]")]
    [InlineData("time.date <= \"2027-06-30\"", "time.date < \"2027-06-30\"")]
    [InlineData("time.minute < 31", "time.minute < 30")]
    [InlineData("!(\"secret\" in session.labels)", "size(session.labels) == 0")]
    [InlineData("user.id.endsWith(\"@example.com\")", "user.id == \"ann@example.com\"")]
    [InlineData("\"team\" in user.groups", "user.id == \"ann@example.com\"")]
    [InlineData("action.count < 10", "action.count < 4")]
    [InlineData("args.limit == 1", "env.name == \"development\" && args.limit == 2")]
    [InlineData("args.a == args.b || args.limit == 1", "args.a == args.b")]
    public void More_is_refuted_by_a_person_labels_or_a_moment(string a, string b)
    {
        var proof = Prove(Allow(a), Allow(b));

        proof.Answer.ShouldBe(NarrowingAnswer.Refuted, string.Join(", ", proof.Excesses));
        Differs(proof, Allow(a), Allow(b));
    }

    [Theory]
    [InlineData("args.a == args.b", "args.a == args.c")]
    [InlineData("user.region == resource.region", "user.region == \"eu\"")]
    public void What_compares_two_things_is_one_predicate_and_never_a_pass(string a, string b) =>
        Prove(Allow(a), Allow(b)).Answer.ShouldNotBe(NarrowingAnswer.Proved);

    [Fact]
    public void An_argument_that_is_unknown_is_an_atom_of_its_own()
    {
        // `limit <= 50 || limit > 50` holds of numbers alone.
        Prove(Allow(null), Allow("args.limit <= 50 || args.limit > 50")).Answer.ShouldBe(NarrowingAnswer.Refuted);
        Prove(Deny("args.limit <= 50 || args.limit > 50"), Deny("args.limit == args.limit"))
            .Answer.ShouldNotBe(NarrowingAnswer.Refuted);

        // A denial applies to what is unknown: a free allow beside it is no more than an allow that knows.
        Prove(Deny("args.limit > 50"), Allow("args.limit <= 50")).Answer.ShouldBe(NarrowingAnswer.Proved);
        Prove(Allow("args.limit <= 50"), Deny("args.limit > 50")).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void A_text_and_its_length_are_looked_at_together()
    {
        Prove(Allow("args.title == \"abc\""), Allow("size(args.title) < 4")).Answer.ShouldBe(NarrowingAnswer.Proved);

        // A list has a size and is no text: whether it is one is unknown, and denied.
        Prove(Deny("size(args.title) < 4"), Deny("args.title == \"abc\"")).Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Fact]
    public void A_list_that_is_too_long_to_be_looked_through_is_unknown() =>
        Prove(Deny("\"a\" in args.tags"), Allow("!(\"a\" in args.tags)")).Answer.ShouldBe(NarrowingAnswer.Proved);

    [Fact]
    public void Each_manifest_knows_a_person_by_its_own_groups()
    {
        var a = Allow("\"team\" in user.groups");
        var b = a with { Groups = a.Groups.SetItem("team", ["bob@example.com"]) };

        var proof = Prove(a, b);

        proof.Excesses.ShouldContain(e => e.Asked != null && e.Asked.Person == "ann@example.com");
    }

    [Fact]
    public void Names_that_servers_may_read_as_one_are_not_cut()
    {
        Prove(Allow("args.Limit <= 50 && args.limit <= 50"), Allow("args.limit <= 50"))
            .Answer.ShouldBe(NarrowingAnswer.Proved);
        Prove(Allow("args.Limit <= 50 && args.limit <= 50"), Allow("args.limit <= 100"))
            .Answer.ShouldBe(NarrowingAnswer.Unproved);
    }

    private static Manifest Allow(string? when) => World("allow: tool crm/find", when);

    // What it doesn't deny it allows.
    private static Manifest Deny(string? when)
    {
        var denied = World("deny: tool crm/find", when);
        var own = denied.Layers[^1];
        return denied with { Layers = [own with { Rules = [.. own.Rules, Rules.Rule("allow: tool crm/find", 2)] }] };
    }

    private static Manifest World(string rule, string? when)
    {
        var manifest = Rules.Manifest([rule], []);
        var own = manifest.Layers[0];
        var condition = when is null
            ? null
            : Core.Conditions.Condition.Parse(when, Core.Conditions.ConditionSchema.Standard);
        return manifest with
        {
            Groups = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add(
                "team",
                ["ann@example.com", "bob@other.example"]
            ),
            Layers =
            [
                own with
                {
                    Rules =
                    [
                        own.Rules[0] with
                        {
                            When = when is null
                                ? null
                                : condition!.Condition
                                    ?? throw new ArgumentException(condition.Errors[0].Message, nameof(when)),
                        },
                    ],
                },
            ],
        };
    }

    private static NarrowingProof Prove(Manifest a, Manifest b) => NarrowingProof.Of(a, b, Rules.Now);

    private static void Differs(NarrowingProof proof, Manifest a, Manifest b)
    {
        var asked = proof.Excesses.First(e => e.IsCertain).Asked!;
        asked.Ask(Policy.Compile(a), a, Rules.Now).Decision.Effect.ShouldBe(Effect.Allow);
        asked.Ask(Policy.Compile(b), b, Rules.Now).Decision.Effect.ShouldBe(Effect.Deny);
    }
}
