using System.Collections.Immutable;
using Bartizan.Control.People;

namespace Bartizan.Control.Tests.People;

public sealed class PermissionTests
{
    // Written by hand, and not from the code: which roles may do an act for an agent of theirs.
    public static TheoryData<Act, Role[]> Table =>
        new()
        {
            { Act.Unknown, [] },
            { Act.Enter, [Role.None, Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.SeePage, [Role.None, Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.SeeOneself, [Role.None, Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.KeepOneself, [Role.None, Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.KeepOwnTokens, [Role.None, Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.SeeInstance, [Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.SeeSessions, [Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.SeeLog, [Role.Viewer, Role.Approver, Role.Operator, Role.Administrator] },
            { Act.SeeContent, [Role.Approver, Role.Operator, Role.Administrator] },
            { Act.SwitchSessions, [Role.Operator, Role.Administrator] },
            { Act.SettleWorkspace, [Role.Operator, Role.Administrator] },
            { Act.SeeAsks, [Role.Approver] },
            { Act.AnswerAsks, [Role.Approver] },
            { Act.SeePeople, [Role.Administrator] },
            { Act.ChangePeople, [Role.Administrator] },
        };

    [Fact]
    public void The_table_has_every_act() =>
        Table.Select(row => row.Data.Item1).ShouldBe(Enum.GetValues<Act>(), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_role_may_what_the_table_says_and_nothing_else(Act act, Role[] may)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            Permission.Of([Grant.OfEverything(role)], act, "support").ShouldBe(may.Contains(role), $"{role} {act}");
            Permission
                .Of([Grant.OfEverything(role)], act, null)
                .ShouldBe(may.Contains(role), $"{role} {act}, instance");
            Permission
                .Somewhere([Grant.OfEverything(role)], act)
                .ShouldBe(may.Contains(role), $"{role} {act}, somewhere");
        }

        var isForAll = may.Contains(Role.None);
        Permission.Of([], act, "support").ShouldBe(isForAll);
        Permission.Of(default, act, "support").ShouldBe(isForAll);
        Permission.Somewhere(default, act).ShouldBe(isForAll);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_role_for_some_agents_is_for_no_others_and_not_for_the_instance(Act act, Role[] may)
    {
        var isForAll = may.Contains(Role.None);
        var isOfInstance = act is Act.SeePeople or Act.ChangePeople;
        foreach (var role in may.Where(role => role != Role.None))
        {
            ImmutableArray<Grant> some = [new Grant(role, ["support-*", "billing"])];
            Permission.Of(some, act, "support-eu").ShouldBe(isForAll || !isOfInstance, $"{role} {act}");
            Permission.Of(some, act, "billing").ShouldBe(isForAll || !isOfInstance);
            Permission.Of(some, act, "billing-2").ShouldBe(isForAll);
            Permission.Of(some, act, "support").ShouldBe(isForAll);
            Permission.Of(some, act, null).ShouldBe(isForAll);
        }
    }

    [Fact]
    public void An_administrator_answers_no_asks() =>
        Permission.Of([Grant.OfEverything(Role.Administrator)], Act.AnswerAsks, "support").ShouldBeFalse();

    [Fact]
    public void What_no_act_is_nobody_may() =>
        Permission.Of([.. Enum.GetValues<Role>().Select(Grant.OfEverything)], (Act)999, null).ShouldBeFalse();

    [Theory]
    [InlineData("viewer", "*", true)]
    [InlineData("Viewer", "support-*", true)]
    [InlineData("none", "*", false)]
    [InlineData("1", "*", false)]
    [InlineData("4", "*", false)]
    [InlineData("viewer,administrator", "*", false)]
    [InlineData("root", "*", false)]
    [InlineData("viewer", "", false)]
    [InlineData("viewer", "**", false)]
    [InlineData("viewer", "*support", false)]
    [InlineData("viewer", "a b", false)]
    [InlineData("viewer", "ſupport", false)]
    public void Grants_are_read_strictly(string role, string agent, bool isOne) =>
        (Grant.Read(role, [agent]) is not null).ShouldBe(isOne);

    [Fact]
    public void A_grant_for_nobody_is_none() => Grant.Read("viewer", []).ShouldBeNull();

    [Theory]
    [InlineData(Role.Viewer, "support-eu", Role.Viewer, "support-*", true)]
    [InlineData(Role.Viewer, "support-eu-*", Role.Operator, "support-*", true)]
    [InlineData(Role.Viewer, "*", Role.Viewer, "support-*", false)]
    [InlineData(Role.Viewer, "sup*", Role.Viewer, "support-*", false)]
    [InlineData(Role.Viewer, "support", Role.Viewer, "support-*", false)]
    [InlineData(Role.Operator, "support-eu", Role.Viewer, "*", false)]
    [InlineData(Role.Approver, "support-eu", Role.Administrator, "*", false)]
    [InlineData(Role.Administrator, "*", Role.Administrator, "*", true)]
    public void A_grant_within_another_gives_no_more(
        Role role,
        string agents,
        Role other,
        string others,
        bool isWithin
    ) => new Grant(role, [agents]).IsWithin(new Grant(other, [others])).ShouldBe(isWithin);
}
