namespace Bartizan.Core.Narrowing;

/// <summary>What a box holds of one dimension.</summary>
/// <param name="Dimension">The dimension's number.</param>
/// <param name="Set">Its atoms.</param>
internal readonly record struct BoxSide(int Dimension, AtomSet Set);
