namespace Bartizan.Gateway.Databases;

/// <summary>One message of PostgreSQL's protocol, version 3.</summary>
/// <param name="Type">Its letter.</param>
/// <param name="Body">What follows its length.</param>
internal readonly record struct WireMessage(byte Type, byte[] Body);
