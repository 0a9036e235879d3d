using System.Collections.Immutable;
using System.Reflection;
using Bartizan.Core.Approvals;
using Bartizan.Core.Budgets;
using Bartizan.Core.Circuits;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Queries;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>
/// Every property of the manifest's model is either compared, and then a change of it is seen, or left out for a reason that stands
/// here. A key that is added to the model and forgotten in the proof fails the first test.
/// </summary>
public sealed class SurfaceTests
{
    private const string OnlyText = "a text for people";
    private const string OnlyRead = "read by conditions alone, which are decided with it";
    private const string Inside = "its own properties are listed";

    private static readonly Dictionary<string, string> _leftOut = new(
        [.. SurfacePlaces.LeftOut, .. SurfaceRuns.LeftOut, .. SurfaceCode.LeftOut, .. SurfaceServe.LeftOut],
        StringComparer.Ordinal
    )
    {
        ["Manifest.Agent"] = OnlyRead,
        ["Manifest.Version"] = OnlyRead,
        ["Manifest.Description"] = OnlyText,
        ["Manifest.People"] = OnlyRead,
        ["Manifest.Catalogue"] = OnlyRead,
        ["Manifest.Run"] = Inside,
        ["Manifest.Layers"] = Inside,
        ["RunSection.Limits"] = Inside,
        ["ModelUpstream.Retry"] = "how often one call is tried is bounded by its budget; each try is the same action",
        ["ToolServer.Undo"] = "shown to people, and made by nobody here",
        ["ToolServer.Name"] = "the key that two servers are compared by",
        ["ModelUpstream.Name"] = "the key that two upstreams are compared by",
        ["CredentialProvider.Name"] = "the key that two providers are compared by",
        ["CredentialSource.Name"] = "the key that two credentials are compared by",
        ["CredentialSource.Shape"] = "what a placeholder looks like; it stands for the same value",
        ["CredentialSource.Why"] = OnlyText,
        ["CredentialSource.Counters"] = OnlyText,
        ["Consultation.Why"] = OnlyText,
        ["Consultation.Position"] = OnlyText,
        ["Consultation.Within"] = "without an answer it is denied, however long it was waited for",
        ["RuleLayer.Name"] = OnlyText,
        ["RuleLayer.OnlyAsks"] =
            "its asks are compared as every layer's; private addresses are left to the other layers",
        ["RuleLayer.Rules"] = Inside,
        ["Rule.Why"] = OnlyText,
        ["Rule.Position"] = OnlyText,
        ["Rule.AcceptWide"] = OnlyText,
        ["Rule.Counters"] = OnlyText,
        ["Rule.Role"] = "a role's rules count as the file's own",
        ["Rule.Text"] = "made of the others",
        ["ArgumentRule.AnyCase"] =
            "made of the Git hosts; two rules that differ in it are two, as GitCaseTests have it",
        ["GuardTerms.RedactsToModel"] = "made of the others",
        ["GuardTerms.LooksToModel"] = "made of the others",
        ["Budget.CountsTokens"] = "made of the limits",
        ["Budget.CountsMoney"] = "made of the limits",
        ["BudgetLimit.Name"] = "made of the others",
        ["BudgetRate.Name"] = "made of the others",
        ["ApprovalTerms.Canonical"] = "made of the others",
    };

    private static readonly Dictionary<string, Func<Manifest, Manifest>> _compared = new(
        [
            .. GuardWorld.Compared,
            .. SurfacePlaces.Compared,
            .. SurfaceRuns.Compared,
            .. SurfaceCode.Compared,
            .. SurfaceServe.Compared,
            .. SurfaceCircuit.Compared,
        ],
        StringComparer.Ordinal
    )
    {
        ["Manifest.Environment"] = m => m with { Environment = DeploymentEnvironment.Development },
        ["Manifest.Models"] = m => m with { Models = m.Models.Add("more", m.Models["one"]) },
        ["Manifest.Servers"] = m => m with { Servers = m.Servers.Add("more", m.Servers["a"]) },
        ["Manifest.PinsRequired"] = m => m with { PinsRequired = false },
        ["ToolServer.Url"] = m => Server(m, s => s with { Url = new Uri("https://other.example") }),
        ["ToolServer.Credential"] = m => Server(m, s => s with { Credential = "key" }),
        ["ToolServer.CertificateAuthority"] = m => Server(m, s => s with { CertificateAuthority = "own.pem" }),
        ["ToolServer.Command"] = m => Server(m, s => s with { Url = null, Command = ["other"] }),
        ["ToolServer.Egress"] = m => Server(m, s => s with { Egress = ["more.example"] }),
        ["ToolServer.Variables"] = m => Server(m, s => s with { Variables = s.Variables.Add("A", "b") }),
        ["ToolServer.Credentials"] = m => Server(m, s => s with { Credentials = s.Credentials.Add("KEY", "key") }),
        ["ToolServer.Workspace"] = m => Server(m, s => s with { Workspace = ServerWorkspace.ReadOnly }),
        ["ToolServer.Readers"] = m => m with { Servers = m.Servers.Add("reader", SurfaceReaders.One()) },
        ["ToolServer.Place"] = m => Server(m, s => s with { Place = "elsewhere" }),
        ["Manifest.Trust"] = m => m with { Trust = new TrustTerms() },
        ["Manifest.Credentials"] = m => m with { Credentials = m.Credentials.Add("more", m.Credentials["key"]) },
        ["Manifest.Groups"] = m => m with { Groups = m.Groups.SetItem("team", ["ann", "bob"]) },
        ["Manifest.Owner"] = m => m with { Owner = "somebody else, whose team's budget is another" },
        ["Manifest.Budget"] = m => m with { Budget = null },
        ["Manifest.Circuit"] = m => m with { Circuit = null },
        ["Manifest.Guards"] = m => m with { Guards = null },
        ["Budget.Limits"] = m => Spent(m, b => b with { Limits = [] }),
        ["Budget.Rates"] = m => Spent(m, b => b with { Rates = [] }),
        ["Budget.SameCall"] = m => Spent(m, b => b with { SameCall = 11 }),
        ["BudgetLimit.Scope"] = m => Limit(m, l => l with { Scope = BudgetScope.Session }),
        ["BudgetLimit.Unit"] = m => Limit(m, l => l with { Unit = BudgetUnit.Bytes }),
        ["BudgetLimit.Most"] = m => Limit(m, l => l with { Most = l.Most + 1 }),
        ["BudgetRate.Scope"] = m => Rate(m, r => r with { Scope = BudgetScope.Session }),
        ["BudgetRate.Verb"] = m => Rate(m, r => r with { Verb = Verb.Http }),
        ["BudgetRate.Count"] = m => Rate(m, r => r with { Count = 61 }),
        ["BudgetRate.Period"] = m => Rate(m, r => r with { Period = TimeSpan.FromSeconds(1) }),
        ["Manifest.Consultations"] = m => m with { Consultations = [] },
        ["Limits.Cpu"] = m => Limited(m, l => l with { Cpu = 64 }),
        ["Limits.MemoryBytes"] = m => Limited(m, l => l with { MemoryBytes = long.MaxValue }),
        ["Limits.Processes"] = m => Limited(m, l => l with { Processes = int.MaxValue }),
        ["Limits.DiskBytes"] = m => Limited(m, l => l with { DiskBytes = long.MaxValue }),
        ["Limits.WallClock"] = m => Limited(m, l => l with { WallClock = TimeSpan.FromDays(9) }),
        ["ModelUpstream.Api"] = m => Upstream(m, u => u with { Api = ModelApi.Anthropic }),
        ["ModelUpstream.Url"] = m => Upstream(m, u => u with { Url = new Uri("https://other.example") }),
        ["ModelUpstream.Pool"] = m => Upstream(m, u => u with { Pool = [new Uri("https://other.example")] }),
        ["ModelUpstream.Credential"] = m => Upstream(m, u => u with { Credential = "key" }),
        ["ModelUpstream.CertificateAuthority"] = m => Upstream(m, u => u with { CertificateAuthority = "own.pem" }),
        ["ModelUpstream.Place"] = m => Upstream(m, u => u with { Place = "elsewhere" }),
        ["CredentialSource.Origin"] = m => Source(m, s => s with { Origin = CredentialOrigin.File }),
        ["CredentialSource.Ttl"] = m => Source(m, s => s with { Ttl = TimeSpan.FromHours(1) }),
        ["CredentialSource.Locator"] = m => Source(m, s => s with { Locator = "OTHER" }),
        ["CredentialSource.Place"] = m => Source(m, s => s with { Place = new(CredentialSurface.Query, "key") }),
        ["CredentialSource.Variable"] = m => Source(m, s => s with { Variable = "OTHER" }),
        ["Consultation.Api"] = m => Asked(m, c => c with { Api = ConsultationApi.AuthZen }),
        ["Consultation.Url"] = m => Asked(m, c => c with { Url = new Uri("https://other.example") }),
        ["Consultation.On"] = m => Asked(m, c => c with { On = [(Verb.Tool, "a/**")] }),
        ["RuleLayer.IsCeiling"] = m => m with { Layers = m.Layers.SetItem(1, m.Layers[1] with { IsCeiling = true }) },
        ["RuleLayer.TimeZone"] = m =>
            Last(m, l => l with { TimeZone = TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(5), "x", "x") }),
        ["Rule.Effect"] = m => Ruled(m, r => r with { Effect = r.Effect == Effect.Ask ? Effect.Allow : r.Effect }),
        ["Rule.Verb"] = m => Ruled(m, r => r with { Verb = r.Pattern == "a/timed" ? Verb.Model : r.Verb }),
        ["Rule.Pattern"] = m => Ruled(m, r => r with { Pattern = r.Verb == Verb.Model ? "one/**" : r.Pattern }),
        ["Rule.Credential"] = m => Ruled(m, r => r with { Credential = r.Verb == Verb.Http ? "key" : null }),
        ["Rule.Expires"] = m => Ruled(m, r => r with { Expires = null }),
        ["Rule.Witnessed"] = m => Ruled(m, r => r with { Witnessed = false }),
        ["Rule.Targets"] = m => Ruled(m, r => r with { Targets = new Core.Flow.TargetTerms(["to"]) }),
        ["Rule.Keep"] = m => Ruled(m, r => r with { Keep = null }),
        ["Rule.Approval"] = m => Ruled(m, r => r with { Approval = null }),
        ["ApprovalTerms.By"] = m => Answered(m, t => t with { By = ["ann", "bob", "cy"] }),
        ["ApprovalTerms.Quorum"] = m => Answered(m, t => t with { Quorum = 1 }),
        ["ApprovalTerms.Within"] = m => Answered(m, t => t with { Within = TimeSpan.FromMinutes(6) }),
        ["ApprovalTerms.Uses"] = m => Answered(m, t => t with { Uses = 2 }),
        ["ApprovalTerms.SeparatesStarter"] = m => Answered(m, t => t with { SeparatesStarter = false }),
        ["ApprovalTerms.SeparatesAuthor"] = m => Answered(m, t => t with { SeparatesAuthor = false }),
        ["Rule.When"] = m => Ruled(m, r => r with { When = null }),
        ["Rule.Arguments"] = m => Ruled(m, r => r with { Arguments = [] }),
        ["ArgumentRule.Path"] = m => Argument(m, a => a with { Path = a.Path == "n" ? "m" : a.Path }),
        ["ArgumentRule.In"] = m =>
            Argument(m, a => a.In.IsEmpty ? a : a with { In = [.. a.In, new ArgumentValue("3", false)] }),
        ["ArgumentRule.Least"] = m => Argument(m, a => a.Least is null ? a : a with { Least = 0 }),
        ["ArgumentRule.Most"] = m => Argument(m, a => a.Most is null ? a : a with { Most = 9 }),
        ["ArgumentRule.Glob"] = m => Argument(m, a => a.Glob is null ? a : a with { Glob = "**" }),
        ["ArgumentRule.Host"] = m => Argument(m, a => a.Host is null ? a : a with { Host = "*.example" }),
        ["ArgumentRule.File"] = m => Argument(m, a => a.File is null ? a : a with { File = "src/**" }),
        ["ArgumentRule.Networks"] = m =>
            Argument(m, a => a.Networks.IsEmpty ? a : a with { Networks = ["10.0.0.0/8"] }),
        ["ArgumentRule.MaxLength"] = m => Argument(m, a => a.MaxLength is null ? a : a with { MaxLength = 90 }),
        ["ArgumentRule.Sql"] = m => Argument(m, a => a.Sql is null ? a : a with { Sql = a.Sql with { Rows = null } }),
        ["ArgumentRule.Operators"] = m =>
            Argument(m, a => a.Operators is null ? a : a with { Operators = new OperatorTerms(["in", "ne"]) }),
        ["ArgumentRule.Markup"] = m =>
            Argument(m, a => a.Markup == Markup.Any ? a : a with { Markup = Markup.Formatting }),
        ["ArgumentRule.Optional"] = m => Argument(m, a => a with { Optional = true }),
    };
    public static TheoryData<string> Compared => [.. _compared.Keys];

    [Fact]
    public void No_property_of_the_model_is_forgotten()
    {
        Type[] model =
        [
            typeof(Manifest),
            typeof(RunSection),
            typeof(Limits),
            .. SurfaceRuns.Types,
            typeof(CodeTerms),
            .. SurfaceServe.Types,
            typeof(ModelUpstream),
            typeof(ToolServer),
            typeof(HostTerms),
            typeof(ToolDatabase),
            typeof(GitHost),
            typeof(CredentialSource),
            typeof(CredentialProvider),
            typeof(Consultation),
            typeof(RuleLayer),
            typeof(Rule),
            typeof(ApprovalTerms),
            typeof(ArgumentRule),
            typeof(Budget),
            typeof(BudgetLimit),
            typeof(BudgetRate),
            typeof(Circuit),
            typeof(GuardTerms),
            typeof(DataCap),
        ];
        var all = model
            .SelectMany(type =>
                type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(p => p.GetIndexParameters().Length == 0)
                    .Select(p => $"{type.Name}.{p.Name}")
            )
            .ToHashSet(StringComparer.Ordinal);
        all.Where(p => !_leftOut.ContainsKey(p) && !_compared.ContainsKey(p)).ShouldBeEmpty();
        _leftOut.Keys.Concat(_compared.Keys).Where(p => !all.Contains(p)).ShouldBeEmpty();
        _leftOut.Keys.Intersect(_compared.Keys, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Compared))]
    public void More_of_a_compared_property_is_never_proved(string property)
    {
        var small = Small();
        var large = _compared[property](small);
        NarrowingProof.Of(small, small, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(large, small, Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
    }

    private static Manifest Spent(Manifest manifest, Func<Budget, Budget> change) =>
        manifest with
        {
            Budget = change(manifest.Budget!),
        };

    private static Manifest Limit(Manifest manifest, Func<BudgetLimit, BudgetLimit> change) =>
        Spent(manifest, budget => budget with { Limits = [.. budget.Limits.Select(change)] });

    private static Manifest Rate(Manifest manifest, Func<BudgetRate, BudgetRate> change) =>
        Spent(manifest, budget => budget with { Rates = [.. budget.Rates.Select(change)] });

    private static Manifest Small()
    {
        var manifest = Rules.Manifest(
            [
                "ask: model one/a",
                "allow: http GET http://a.example/x",
                "allow: connect a.example:443",
                "allow: tool a/timed",
                "allow: tool a/bound",
                "allow: delegate a",
            ],
            [
                "allow: model {one,a}/**",
                "allow: http GET http://a.example/x",
                "allow: connect **:443",
                "allow: tool a/**",
            ]
        );
        manifest = Ruled(manifest, r => r.Verb == Verb.Model ? r with { Witnessed = true, Approval = Two() } : r);
        return manifest with
        {
            Environment = DeploymentEnvironment.Production,
            PinsRequired = true,
            Circuit = new Circuit { Slow = TimeSpan.FromSeconds(9), Refusals = 50 },
            Guards = GuardWorld.Strict,
            Serve = SurfaceServe.Some(),
            Budget = new Budget
            {
                Limits = [new BudgetLimit(BudgetScope.Team, BudgetUnit.Usd, 5)],
                Rates = [new BudgetRate(BudgetScope.Day, Verb.Tool, 60, TimeSpan.FromMinutes(1))],
                SameCall = 10,
            },
            Run = new RunSection { Mounts = ["/usr/share/x"], Scan = SurfaceRuns.Some() },
            Models = ImmutableDictionary<string, ModelUpstream>.Empty.Add(
                "one",
                new ModelUpstream
                {
                    Name = "one",
                    Api = ModelApi.OpenAI,
                    Url = new Uri("https://one.example"),
                    Place = "eu",
                }
            ),
            Hosts = SurfaceHosts.Some(),
            Servers = SurfaceCode.With(SurfaceArguments.Server()),
            Databases = SurfaceDatabases.Some(),
            Git = SurfaceGit.Some(),
            Providers = SurfaceProviders.Some(),
            Credentials = ImmutableDictionary<string, CredentialSource>.Empty.Add(
                "key",
                new CredentialSource("key", CredentialOrigin.Variable, "KEY") { Ttl = TimeSpan.FromMinutes(15) }
            ),
            Groups = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("team", ["ann"]),
            Trust = new TrustTerms
            {
                Sources = [new(Labels.Untrusted, Verb.Tool, "a/**", new SourcePosition("test.yaml", 1, 1))],
            },
            Consultations =
            [
                new Consultation
                {
                    Api = ConsultationApi.Opa,
                    Url = new Uri("https://opa.example"),
                    Within = TimeSpan.FromSeconds(1),
                    Why = "a test says so",
                    Position = new SourcePosition("test.yaml", 1, 1),
                },
            ],
            Layers =
            [
                manifest.Layers[0],
                // A layer that names no agent: what it doesn't mention it denies.
                manifest.Layers[0] with
                {
                    Name = "session",
                    IsCeiling = false,
                },
                manifest.Layers[1] with
                {
                    Rules =
                    [
                        .. manifest
                            .Layers[1]
                            .Rules.Select(r =>
                                r.Pattern switch
                                {
                                    "a.example:443" => r with { Expires = new DateOnly(2027, 1, 1) },
                                    "a/timed" => r with { When = When("time.hour < 12"), Keep = KeptFields.Of(["id"]) },
                                    "a/bound" => r with { Arguments = SurfaceArguments.Bound() },
                                    _ => r,
                                }
                            ),
                    ],
                },
            ],
        };
    }

    private static Condition When(string text) => Condition.Parse(text, ConditionSchema.Standard).Condition!;

    private static ApprovalTerms Two() =>
        new()
        {
            By = ["ann", "bob"],
            Quorum = 2,
            Within = TimeSpan.FromMinutes(5),
            SeparatesStarter = true,
            SeparatesAuthor = true,
        };

    private static Manifest Answered(Manifest m, Func<ApprovalTerms, ApprovalTerms> other) =>
        Ruled(m, r => r with { Approval = r.Approval is { } terms ? other(terms) : null });

    private static Manifest Limited(Manifest m, Func<Limits, Limits> more) =>
        m with
        {
            Run = m.Run! with { Limits = more(m.Run!.Limits) },
        };

    private static Manifest Upstream(Manifest m, Func<ModelUpstream, ModelUpstream> other) =>
        m with
        {
            Models = m.Models.SetItem("one", other(m.Models["one"])),
        };

    private static Manifest Server(Manifest m, Func<ToolServer, ToolServer> other) =>
        m with
        {
            Servers = m.Servers.SetItem("a", other(m.Servers["a"])),
        };

    private static Manifest Source(Manifest m, Func<CredentialSource, CredentialSource> other) =>
        m with
        {
            Credentials = m.Credentials.SetItem("key", other(m.Credentials["key"])),
        };

    private static Manifest Asked(Manifest m, Func<Consultation, Consultation> other) =>
        m with
        {
            Consultations = [other(m.Consultations[0])],
        };

    private static Manifest Last(Manifest m, Func<RuleLayer, RuleLayer> other) =>
        m with
        {
            Layers = [.. m.Layers[..^1], other(m.Layers[^1])],
        };

    private static Manifest Ruled(Manifest m, Func<Rule, Rule> other) =>
        Last(m, l => l with { Rules = [.. l.Rules.Select(other)] });

    private static Manifest Argument(Manifest m, Func<ArgumentRule, ArgumentRule> other) =>
        Ruled(m, r => r with { Arguments = [.. r.Arguments.Select(other)] });
}
