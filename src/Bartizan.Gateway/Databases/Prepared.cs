using Bartizan.Core.Queries;

namespace Bartizan.Gateway.Databases;

/// <summary>A statement as the server knows it.</summary>
/// <param name="Name">Its name there, which no other ever has.</param>
/// <param name="Statement">What it does; null for a text of nothing.</param>
internal sealed record Prepared(string Name, SqlStatement? Statement);
