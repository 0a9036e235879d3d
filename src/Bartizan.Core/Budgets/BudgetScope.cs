namespace Bartizan.Core.Budgets;

/// <summary>Whose spending a limit or a rate is about.</summary>
public enum BudgetScope
{
    /// <summary>One session, from its start to its end.</summary>
    Session = 0,

    /// <summary>The agent, whatever its version: all its sessions together, a day (UTC).</summary>
    Day,

    /// <summary>One person's sessions of the agent, a day.</summary>
    User,

    /// <summary>All agents of one owner, a day.</summary>
    Team,
}
