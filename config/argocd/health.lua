-- Health of SchemaRegistry, Subject and RestProxy for Argo CD. Planned work,
-- such as a rolling update, is Progressing and never Degraded.
local health = {status = "Progressing", message = "The operator has not looked at it yet"}
if obj.status == nil or obj.status.conditions == nil then
  return health
end

local conditions = {}
for _, c in ipairs(obj.status.conditions) do
  conditions[c.type] = c
end

local paused = conditions["Paused"]
if paused ~= nil and paused.status == "True" then
  health.status = "Suspended"
  health.message = paused.message
  return health
end

-- What the status says of an older generation tells nothing.
local observed = obj.status.observedGeneration or 0
if obj.metadata.generation ~= nil and observed < obj.metadata.generation then
  health.message = "The operator has not looked at the newest change yet"
  return health
end

local stalled = conditions["Stalled"]
if stalled ~= nil and stalled.status == "True" then
  health.status = "Degraded"
  health.message = stalled.reason .. ": " .. (stalled.message or "")
  return health
end

local ready = conditions["Ready"]
if ready ~= nil then
  health.message = ready.message or ""
  if ready.status == "True" then
    health.status = "Healthy"
  end
end
return health
