using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

public sealed class NarrowingTests
{
    [Theory]
    [InlineData("allow: model one/big-1", "allow: model one/big-*")]
    [InlineData("allow: model one/big-*", "allow: model */**")]
    [InlineData("ask: model one/big-*", "allow: model one/**")]
    [InlineData("allow: connect a.example:443", "allow: connect *.example:*")]
    [InlineData("allow: connect a.b.example:443", "allow: connect **.example:443")]
    [InlineData("allow: http GET http://a.example/v1/x", "allow: http * http://a.example/v1/**")]
    [InlineData("allow: http GET http://a.example/v1/**", "allow: http GET http://a.example/**")]
    [InlineData("allow: connect a.example:443", "allow: http * https://a.example/**")]
    [InlineData("allow: http GET https://a.example/v1/**", "allow: http * https://a.example/**")]
    [InlineData("allow: http GET https://a.example/v1/x", "allow: http GET https://a.example/v1/**")]
    [InlineData("allow: read workspace/src/**", "allow: read workspace/**")]
    [InlineData("allow: read workspace/a/b.txt", "allow: read workspace/*/*.txt")]
    [InlineData("allow: exec dotnet test", "allow: exec dotnet **")]
    [InlineData("allow: exec dotnet test *", "allow: exec dotnet test **")]
    [InlineData("deny: read **", "allow: read workspace/**")]
    [InlineData("allow: connect {a,b}.example:443", "allow: connect *.example:443")]
    public void Less_is_proved(string a, string b) => Prove([a], [b]).Answer.ShouldBe(NarrowingAnswer.Proved);

    [Theory]
    [InlineData("allow: model one/**", "allow: model one/big-*", "one/x")]
    [InlineData("allow: model one/big-*", "ask: model one/big-*", "one/big-")]
    [InlineData("allow: connect *.example:443", "allow: connect a.example:443", "x.example:443")]
    [InlineData("allow: connect a.example:*", "allow: connect a.example:443", "a.example:80")]
    [InlineData(
        "allow: http * http://a.example/v1/x",
        "allow: http GET http://a.example/v1/**",
        "POST http://a.example:80/v1/x"
    )]
    [InlineData("allow: read workspace/**", "allow: read workspace/src/**", "workspace")]
    [InlineData("allow: exec dotnet test **", "allow: exec dotnet test *", "dotnet test")]
    [InlineData("allow: exec rm", "deny: exec ls", "rm")]
    public void More_is_refuted_by_an_action(string a, string b, string action)
    {
        var proof = Prove([a], [b]);

        proof.Answer.ShouldBe(NarrowingAnswer.Refuted);
        proof.Excesses.ShouldContain(e => e.Action!.Text == action, string.Join(", ", proof.Excesses));
    }

    [Fact]
    public void A_denial_that_is_left_out_is_seen()
    {
        var proof = Prove(["allow: read workspace/**"], ["allow: read workspace/**", "deny: read **/.env"]);

        proof.Excesses.Single().Action!.Text.ShouldBe("workspace/.env");
        Prove(["allow: read workspace/**", "deny: read **/.env"], ["allow: read workspace/**"])
            .Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void A_grant_outside_of_what_is_denied_needs_no_denial() =>
        Prove(
            ["allow: read workspace/src/*.cs"],
            ["allow: read workspace/**", "deny: read workspace/**/.env", "deny: read workspace/secret"]
        )
            .Answer.ShouldBe(NarrowingAnswer.Proved);

    [Fact]
    public void The_host_path_of_a_file_in_the_workspace_is_looked_at()
    {
        // The workspace may lie anywhere: below /etc, B denies it by its other name.
        var proof = Prove(["allow: read workspace/**"], ["allow: read workspace/**", "deny: read /etc/shadow"]);

        proof.Answer.ShouldBe(NarrowingAnswer.Unproved);
        var file = (FileTarget)proof.Excesses.Single().Action!;
        file.Names.ShouldBe(["workspace"]);
        file.Aliases.ShouldBe(["/etc/shadow"]);
    }

    [Fact]
    public void Another_spelling_of_a_command_is_no_counterexample_and_no_proof()
    {
        var proof = Prove(["allow: exec dotnet test"], ["allow: exec dotnet test", "deny: exec rm **"]);

        proof.Answer.ShouldBe(NarrowingAnswer.Unproved);
    }

    [Fact]
    public void A_ceiling_counts_on_both_sides()
    {
        Prove(["allow: connect **:443"], ["allow: connect a.example:443"], aBase: ["allow: connect a.example:*"])
            .Answer.ShouldBe(NarrowingAnswer.Proved);
        Prove(["allow: connect a.example:443"], ["allow: connect a.example:443"], bBase: ["deny: connect **:*"])
            .Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Fact]
    public void A_grant_that_lapses_is_less_than_one_that_stays()
    {
        var stays = Rules.Manifest(["allow: connect a.example:443"], []);
        var lapses = Lapsing(stays, new DateOnly(2027, 3, 31));

        NarrowingProof.Of(lapses, stays, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        var proof = NarrowingProof.Of(stays, lapses, Rules.Now);
        proof.Excesses.Single().At.ShouldBe(new DateTimeOffset(2027, 4, 1, 0, 0, 0, TimeSpan.Zero));
        NarrowingProof
            .Of(Lapsing(stays, new DateOnly(2020, 1, 1)), Rules.Manifest(["allow: connect b.example:1"], []), Rules.Now)
            .Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void A_credential_goes_only_where_the_other_sends_it()
    {
        var with = WithCredential("allow: http GET http://a.example/**", "token");
        var without = Rules.Manifest(["allow: http GET http://a.example/**"], []);

        NarrowingProof.Of(without, with, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(with, without, Rules.Now).Excesses.Single().Kind.ShouldBe(ExcessKind.Obligation);
        NarrowingProof
            .Of(with, WithCredential("allow: http GET http://a.example/**", "other"), Rules.Now)
            .Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Fact]
    public void What_the_other_asks_of_people_must_be_asked_of_as_many_of_the_same()
    {
        var plain = Rules.Manifest(["ask: model one/**"], []);
        var two = Asking(plain, new ApprovalTerms { By = ["ann", "bob", "cy"], Quorum = 2 });
        var fewer = Asking(plain, new ApprovalTerms { By = ["ann", "bob"], Quorum = 2 });
        var other = Asking(plain, new ApprovalTerms { By = ["ann", "dan"], Quorum = 2 });

        NarrowingProof.Of(two, plain, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(fewer, two, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(two, fewer, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
        NarrowingProof.Of(other, two, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
        var excess = NarrowingProof.Of(plain, two, Rules.Now).Excesses.Single();
        excess.Kind.ShouldBe(ExcessKind.Obligation);
        excess.Says.ShouldContain("2 of");
        NarrowingProof
            .Of(Rules.Manifest(["deny: model one/**", "allow: model two/x"], []), two, Rules.Now)
            .Excesses.ShouldNotContain(e => e.Kind == ExcessKind.Obligation);
    }

    [Fact]
    public void What_the_other_has_witnessed_must_be_witnessed()
    {
        var disk = Rules.Manifest(["allow: model one/**"], []);
        var witnessed = Witnessed(disk);
        var partly = Witnessed(Rules.Manifest(["ask: model one/big-*", "allow: model one/**"], []), 0);

        NarrowingProof.Of(witnessed, disk, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(witnessed, witnessed, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        var excess = NarrowingProof.Of(disk, witnessed, Rules.Now).Excesses.Single();
        excess.Kind.ShouldBe(ExcessKind.Obligation);
        excess.Says.ShouldContain("witnessed");
        NarrowingProof.Of(disk, partly, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
        NarrowingProof.Of(partly, disk, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof
            .Of(Rules.Manifest(["allow: model one/small"], []), partly, Rules.Now)
            .Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void What_the_other_leaves_out_of_a_result_must_be_left_out()
    {
        var all = Rules.Manifest(["allow: tool a/**"], []);
        var (id, both) = (Keeping(all, "id"), Keeping(all, "id", "status"));
        var below = Keeping(all, "id", "status.code");

        foreach (var narrower in new[] { (id, all), (id, both), (both, all), (below, both), (id, below), (id, id) })
        {
            NarrowingProof.Of(narrower.Item1, narrower.Item2, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        }

        foreach (var wider in new[] { (all, id), (both, id), (all, both), (both, below), (below, id) })
        {
            var excess = NarrowingProof.Of(wider.Item1, wider.Item2, Rules.Now).Excesses.ShouldHaveSingleItem();
            (excess.Kind, excess.IsCertain).ShouldBe((ExcessKind.Obligation, true));
            excess.Action.ShouldNotBeNull();
        }

        NarrowingProof.Of(both, id, Rules.Now).Excesses.Single().Says.ShouldContain("keeps the field `status`");
        NarrowingProof.Of(all, id, Rules.Now).Excesses.Single().Says.ShouldContain("keeps other fields");
    }

    [Fact]
    public void Two_rules_that_together_leave_a_field_out_are_as_narrow_as_one_that_does()
    {
        var two = Rules.Manifest(["allow: tool a/**", "ask: tool a/**"], []);
        two = two with
        {
            Layers =
            [
                two.Layers[0] with
                {
                    Rules =
                    [
                        two.Layers[0].Rules[0] with
                        {
                            Keep = KeptFields.Of(["id", "status"]),
                        },
                        two.Layers[0].Rules[1] with
                        {
                            Keep = KeptFields.Of(["id", "owner"]),
                        },
                    ],
                },
            ],
        };

        NarrowingProof
            .Of(two, Keeping(Rules.Manifest(["allow: tool a/**"], []), "id"), Rules.Now)
            .Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void A_private_address_is_dialed_only_where_the_other_dials_it()
    {
        var proof = Prove(["allow: connect db.internal:5432"], ["allow: connect *.internal:5432"]);

        proof.Excesses.Single().Kind.ShouldBe(ExcessKind.Obligation);
        Prove(["allow: connect db.internal:5432"], ["allow: connect db.internal:*"])
            .Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void What_a_rule_asks_of_arguments_is_never_left_out()
    {
        var free = Rules.Manifest(["allow: tool crm/find"], []);
        var bound = WithArgument(free, "[eu]");

        NarrowingProof.Of(bound, bound, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(bound, free, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(free, bound, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
        NarrowingProof.Of(bound, WithArgument(free, "[us]"), Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void What_stands_beside_the_rules_counts()
    {
        var small = Rules.Manifest(["allow: model one/x"], []) with { Run = new RunSection() };
        var large = small with
        {
            Run = new RunSection
            {
                Mounts = ["/opt/tools"],
                WorkspaceMode = WorkspaceMode.Staged,
                Limits = new Limits { MemoryBytes = 8L << 30 },
            },
            Credentials = ImmutableDictionary<string, CredentialSource>.Empty.Add(
                "k",
                new CredentialSource("k", CredentialOrigin.Variable, "K")
            ),
        };

        NarrowingProof.Of(small, large, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(large, small, Rules.Now).Excesses.Length.ShouldBe(4);
        NarrowingProof
            .Of(small, small with { Environment = DeploymentEnvironment.Production }, Rules.Now)
            .Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Fact]
    public void An_empty_manifest_is_less_than_any() =>
        NarrowingProof
            .Of(Rules.Manifest([], []), Rules.Manifest([], []), Rules.Now)
            .Answer.ShouldBe(NarrowingAnswer.Proved);

    private static Manifest Lapsing(Manifest manifest, DateOnly last) =>
        manifest with
        {
            Layers =
            [
                .. manifest.Layers.Select(l => l with { Rules = [.. l.Rules.Select(r => r with { Expires = last })] }),
            ],
        };

    private static Manifest Witnessed(Manifest manifest, int? only = null) =>
        manifest with
        {
            Layers =
            [
                .. manifest.Layers.Select(l =>
                    l with
                    {
                        Rules = [.. l.Rules.Select((r, i) => r with { Witnessed = only is null || i == only })],
                    }
                ),
            ],
        };

    private static Manifest Keeping(Manifest manifest, params string[] fields) =>
        manifest with
        {
            Layers =
            [
                .. manifest.Layers.Select(l =>
                    l with
                    {
                        Rules = [.. l.Rules.Select(r => r with { Keep = KeptFields.Of(fields) })],
                    }
                ),
            ],
        };

    private static Manifest Asking(Manifest manifest, ApprovalTerms terms) =>
        manifest with
        {
            Layers =
            [
                .. manifest.Layers.Select(l =>
                    l with
                    {
                        Rules = [.. l.Rules.Select(r => r with { Approval = terms })],
                    }
                ),
            ],
        };

    private static Manifest WithArgument(Manifest manifest, string value) =>
        manifest with
        {
            Layers =
            [
                .. manifest.Layers.Select(l =>
                    l with
                    {
                        Rules =
                        [
                            .. l.Rules.Select(r =>
                                r with
                                {
                                    Arguments =
                                    [
                                        new ArgumentRule { Path = "region", In = [new ArgumentValue(value, false)] },
                                    ],
                                }
                            ),
                        ],
                    }
                ),
            ],
        };

    private static Manifest WithCredential(string rule, string credential)
    {
        var manifest = Rules.Manifest([rule], []);
        return manifest with
        {
            Layers =
            [
                manifest.Layers[0] with
                {
                    Rules = [manifest.Layers[0].Rules[0] with { Credential = credential }],
                },
            ],
        };
    }

    private static NarrowingProof Prove(
        ImmutableArray<string> a,
        ImmutableArray<string> b,
        ImmutableArray<string> aBase = default,
        ImmutableArray<string> bBase = default
    ) =>
        NarrowingProof.Of(
            Rules.Manifest(a, aBase.IsDefault ? [] : aBase),
            Rules.Manifest(b, bBase.IsDefault ? [] : bBase),
            Rules.Now
        );
}
