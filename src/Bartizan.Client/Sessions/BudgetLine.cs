namespace Bartizan.Client.Sessions;

/// <summary>How much of a limit is used or reserved.</summary>
/// <param name="Name">Its place in the manifest: <c>budgets.day.usd</c>.</param>
/// <param name="Used">How much; money in millionths of a US dollar, time in seconds.</param>
/// <param name="Most">Of how much.</param>
/// <param name="Says">Both in words.</param>
public sealed record BudgetLine(string Name, long Used, long Most, string Says);
